// Where the project is: drawn, uploaded or pasted; and which place a file means where that is not certain.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { post, ServiceError, withQuery } from "./api";
import { geometryOfText, rounded, textOfGeometry } from "./coordinates";
import { area, useTold, type Told } from "./language";
import type { Geometry, Site, SiteFile, SitePlace } from "./shapes";
import type { DrawKind } from "./zone-map";

/** The site: what is sent, and what is drawn for it in CGCS2000 degrees (null while the place is open). */
export interface Sited { site: Site; shown: Geometry | null; file?: { name: string; read: SiteFile } }

export type Tool = DrawKind | "move" | "reshape" | null;

/** Whether a tool changes the site that is there, rather than drawing another. */
export function changing(tool: Tool): tool is "move" | "reshape" { return tool === "move" || tool === "reshape"; }

export function SitePanel({ sited, squareMetres, tool, setTool, setSite, problem }: {
  sited: Sited | null; squareMetres: number; tool: Tool; setTool: (tool: Tool) => void; setSite: (next: Sited | null) => void; problem: string | null;
}) {
  const words = useTold();
  const { lang, t } = words;
  const id = useId();
  const [wrong, setWrong] = useState<string | null>(null);
  const [reading, setReading] = useState(false);
  const [text, setText] = useState("");
  const [pasting, setPasting] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const geometry = sited?.shown ?? null;

  useEffect(() => { setText(geometry ? textOfGeometry(geometry) : ""); }, [geometry]);

  const readFile = async (content: Blob, name: string): Promise<void> => {
    setReading(true);
    setWrong(null);
    setTool(null);
    try {
      const { body } = await post<SiteFile>(withQuery("/v1/sites", { name }), { bytes: content });
      const place = body.places.length === 1 || body.certain ? body.places[0] : undefined;
      if (!body.site && !body.places.some((one) => one.site)) throw new ServiceError(422, t("file_read"), body.remarks.map(words.say).join(" "));
      setSite({ site: (body.certain ? body.site : null) ?? place?.site ?? body.site!, shown: place?.geometry ?? null, file: { name, read: body } });
    } catch (error) {
      setWrong(error instanceof ServiceError ? error.lines(lang).join(" ") : String(error));
    } finally {
      setReading(false);
      if (file.current) file.current.value = "";
    }
  };
  const usePasted = (): void => {
    const found = geometryOfText(text);
    setWrong(null);
    if (found) setSite({ site: { geometry: found }, shown: rounded(found) });
    else if (text.trim().length > 8) void readFile(new Blob([text]), text.trim().startsWith("{") ? "site.geojson" : "site.txt");
    else setWrong(t("paste_bad"));
  };
  const line = geometry && !/Polygon$/.test(geometry.type);
  return (
    <div class="site-panel">
      <div class="tools" role="group" aria-label={t("step_site")}>
        {(["polygon", "box", "point"] as const).map((kind) => (
          <button type="button" class="tool" aria-pressed={tool === kind} onClick={() => setTool(tool === kind ? null : kind)}>
            <svg viewBox="0 0 24 24" aria-hidden="true">{ICON[kind]}</svg>{t(`draw_${kind}`)}
          </button>
        ))}
        <button type="button" class="tool" onClick={() => file.current!.click()} aria-describedby={`${id}-forms`}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 16V5M7.5 9.5 12 5l4.5 4.5M5 16v3h14v-3" /></svg>{t("upload")}
        </button>
        <button type="button" class="tool" aria-expanded={pasting} aria-controls={`${id}-paste`} onClick={() => setPasting(!pasting)}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5h8M8 5v2h8V5M8 6H5.5v13h13V6H16M9 11.5h6M9 15h4" /></svg>{t("paste")}
        </button>
      </div>
      <input ref={file} type="file" class="unseen" tabIndex={-1} aria-label={t("upload")} data-testid="file" onChange={(event) => { const one = event.currentTarget.files?.[0]; if (one) void readFile(one, one.name); }} />
      <p class="hint" id={`${id}-forms`}>{t("upload_hint")}</p>
      {reading && <p class="notice" role="status">{t("loading")}</p>}
      {(wrong ?? problem) && <p class="problem" role="alert">{wrong ?? problem}</p>}
      <div id={`${id}-paste`} hidden={!pasting}>
        <label for={`${id}-text`}>{t("paste_label")}</label>
        <textarea id={`${id}-text`} rows={6} spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="button" onClick={usePasted}>{t("paste_use")}</button>
      </div>
      {sited?.file && <FileRead sited={sited} choose={setSite} words={words} />}
      {sited ? (
        <div class="site-line">
          <p>
            {geometry ? (line ? t(/Point$/.test(geometry.type) ? "site_point" : "site_line") : <>{t("site_area")} <strong>{area(squareMetres, lang)}</strong></>) : t("places_open")}
          </p>
          <span class="row">
            {geometry && (["move", ...(/Point$/.test(geometry.type) ? [] : ["reshape"] as const)] as const).map((one) => (
              <button type="button" aria-pressed={tool === one} onClick={() => setTool(tool === one ? null : one)}>{t(tool === one ? "move_done" : one)}</button>
            ))}
            <button type="button" class="quiet" onClick={() => { setTool(null); setSite(null); }}>{t("site_clear")}</button>
          </span>
        </div>
      ) : <p class="empty">{t("site_none")}</p>}
      {line && sited && <Extent sited={sited} setSite={setSite} />}
    </div>
  );
}

function Extent({ sited, setSite }: { sited: Sited; setSite: (next: Sited) => void }) {
  const { t } = useTold();
  const id = useId();
  const given = sited.site.extent?.replace(/[^\d.]/g, "") ?? "";
  return (
    <div class="extent">
      <label for={id}>{t("extent")}</label>
      <input id={id} type="number" min="1" step="any" value={given} aria-describedby={`${id}-hint`} onChange={(event) => {
        const metres = event.currentTarget.value;
        const { extent: _, ...rest } = sited.site;
        setSite({ ...sited, site: metres ? { ...rest, extent: `${metres} m` } : rest });
      }} />
      <p class="hint" id={`${id}-hint`}>{t("extent_hint")}</p>
    </div>
  );
}

function FileRead({ sited, choose, words }: { sited: Sited; choose: (next: Sited) => void; words: Told }) {
  const { t, say } = words;
  const id = useId();
  const { name, read } = sited.file!;
  const told = [[t("file_form"), read.form], [t("file_encoding"), read.encoding], [t("file_crs"), read.declared ?? ""]].filter(([, value]) => value);
  return (
    <div class="file-read">
      <p><strong>{name}</strong></p>
      <dl class="pairs">{told.map(([label, value]) => <div><dt>{label}</dt><dd>{value.length > 90 ? `${value.slice(0, 90)}…` : value}</dd></div>)}</dl>
      {read.remarks.length > 0 && <ul class="remarks">{read.remarks.map((one) => <li>{say(one)}</li>)}</ul>}
      {!read.certain && read.places.length > 0 && (
        <fieldset class="candidates">
          <legend>{t("places_open")}</legend>
          {read.places.map((place: SitePlace, at) => place.site && (
            <label class="choice">
              <input type="radio" name={id} checked={sited.shown === place.geometry} onChange={() => choose({ ...sited, site: place.site!, shown: place.geometry })} />
              <span><b>{at + 1}</b> {say(place.name)} <small>{t("places_within")} {place.error_m} m · {say(place.why)}</small></span>
            </label>
          ))}
          {read.site && (
            <label class="choice">
              <input type="radio" name={id} checked={sited.shown === null} onChange={() => choose({ ...sited, site: read.site!, shown: null })} />
              <span>{t("places_keep")}</span>
            </label>
          )}
        </fieldset>
      )}
    </div>
  );
}

const ICON = {
  polygon: <path d="M5 17 8 6l9-1 3 9-8 5z" />,
  box: <rect x="4.5" y="6.5" width="15" height="11" />,
  point: <><path d="M12 20s-6-5.6-6-10a6 6 0 0 1 12 0c0 4.400-6 10-6 10z" /><circle cx="12" cy="10" r="2" /></>,
};
