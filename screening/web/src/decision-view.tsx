// One recorded decision as an officer sees it: the card, the map, who did what, and the override.
import { useCallback, useEffect, useId, useState } from "preact/hooks";
import { hasCredential, post, read, ServiceError, withQuery } from "./api";
import { DecisionCard, OutcomeMark } from "./decision-card";
import { moment, useTold } from "./language";
import { MapPanel } from "./map-panel";
import type { Application, Decision, DecisionRecord, Geometry, Layers, Me, Outcome, Override, SiteFile } from "./shapes";
import type { ZoneMap } from "./zone-map";

/** The geometry of an application in CGCS2000 degrees: as it was sent, or worked out by the service from another system. */
async function drawnOf({ site }: Application): Promise<Geometry | null> {
  if (!site.geometry) return null;
  if (!site.crs || ["EPSG:4490", "EPSG:4326", "CGCS2000", "WGS84"].includes(site.crs)) return site.geometry;
  const feature = JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: site.geometry }] });
  try {
    const { body } = await post<SiteFile>(withQuery("/v1/sites", { name: "site.geojson", crs: site.crs === "unknown" ? undefined : site.crs }), { bytes: new Blob([feature]) });
    return body.places.length === 1 || body.certain ? body.places[0].geometry : null;
  } catch {
    return null;
  }
}

export function DecisionView({ record, layers, me }: { record: string; layers: Layers; me: Me }) {
  const { lang, t } = useTold();
  const [map, setMap] = useState<ZoneMap | null>(null);
  const [decision, setDecision] = useState<Decision | null>(null);
  const [kept, setKept] = useState<DecisionRecord | null>(null);
  const [made, setMade] = useState<Override[]>([]);
  const [geometry, setGeometry] = useState<Geometry | null>(null);
  const [wanted, setWanted] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const base = `/v1/decisions/${encodeURIComponent(record)}`;

  const load = useCallback(async () => {
    try {
      const [one, about, overrides, application] = await Promise.all([
        read<Decision>(base), read<DecisionRecord>(`${base}/record`), read<{ overrides: Override[] }>(`${base}/overrides`), read<Application>(`${base}/application`),
      ]);
      setDecision(one);
      setKept(about);
      setMade(overrides.overrides);
      setGeometry(await drawnOf(application));
    } catch (error) {
      setWrong(error instanceof ServiceError ? error.lines(lang).join(" ") : String(error));
    }
  }, [base]);
  useEffect(() => { void load(); }, [load]);
  useEffect(() => { if (map && geometry) map.setSite(geometry); }, [map, geometry]);

  return (
    <div class={wanted ? "screening map-wanted" : "screening"}>
      <div class="panel">
        <h1 class="unseen">{t("record")}</h1>
        <p class="no-print"><a href="#/decisions">← {t("back_to_queue")}</a></p>
        {wrong && <p class="problem" role="alert">{wrong}</p>}
        {!decision && !wrong && <p class="waiting" role="status">{t("loading")}</p>}
        {decision && kept && (
          <>
            <section class="record" aria-label={t("record")}>
              <dl class="pairs">
                <div><dt>{t("counts_now")}</dt><dd><OutcomeMark outcome={kept.counts} small />{kept.override && <small> {t("overridden")} · {t("until")} {kept.override.until_day}</small>}</dd></div>
                <div><dt>{t("recorded_at")}</dt><dd>{moment(kept.at, lang)}</dd></div>
                <div><dt>{t("owner")}</dt><dd>{kept.owner}</dd></div>
                <div><dt>{t("entry")}</dt><dd>{kept.entry}</dd></div>
              </dl>
              <p class="fine">{t("record_id")} <code>{kept.id}</code></p>
              <div class="row no-print">
                <button type="button" class="main" onClick={() => print()}>{t("print")}</button>
                {!hasCredential() && <a class="button" href={withQuery(`${base}/report`, { format: "html", lang })} target="_blank" rel="noreferrer">{t("print_opinion")}</a>}
              </div>
            </section>
            {(made.length > 0 || me.acts.includes("override.create")) && <Overrides record={record} made={made} may={me.acts.includes("override.create")} done={load} counts={kept.counts} />}
            <DecisionCard decision={decision} record={record} overridden={kept.override !== null} layers={layers} show={(wanted) => { setWanted(wanted !== null); void map?.highlight(wanted, decision.place); }} />
          </>
        )}
      </div>
      <MapPanel layers={layers} ready={setMap} hasSite={geometry !== null} />
    </div>
  );
}

function Overrides({ record, made, may, done, counts }: { record: string; made: Override[]; may: boolean; done: () => Promise<void>; counts: Outcome }) {
  const { lang, t } = useTold();
  const id = useId();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [reason, setReason] = useState("");
  const [authority, setAuthority] = useState("");
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [said, setSaid] = useState(false);
  const [open, setOpen] = useState(false);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setSaid(false);
    if (!outcome || !reason.trim() || !authority.trim() || !until) { setWrong(t("value_needed")); return; }
    try {
      setWrong(null);
      await post(`/v1/decisions/${encodeURIComponent(record)}/overrides`, { json: { outcome, reason: reason.trim(), authority: authority.trim(), until_day: until, ...(from ? { from_day: from } : {}) } });
      setSaid(true);
      setOpen(false);
      setOutcome(null); setReason(""); setAuthority(""); setFrom(""); setUntil("");
      await done();
    } catch (error) {
      setWrong(error instanceof ServiceError ? error.lines(lang).join(" ") : String(error));
    }
  };
  return (
    <section class="part overrides" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t("override")}</h2>
      {said && <p class="notice done" role="status">{t("override_done")}</p>}
      {made.length > 0 && (
        <ul class="override-list">
          {made.map((one) => (
            <li>
              <p><OutcomeMark outcome={one.outcome} small /> <b>{one.officer_name}</b> <time dateTime={one.at}>{moment(one.at, lang)}</time></p>
              <p>{one.reason}</p>
              <p class="fine">{one.authority} · {t("valid")} {one.from_day} – {one.until_day}</p>
            </li>
          ))}
        </ul>
      )}
      {may && (
        <details class="no-print" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{t("override_make")}</summary>
          <form class="override-form" onSubmit={(event) => void submit(event)} noValidate>
            <p class="hint">{t("override_intro")}</p>
            <fieldset class="segments">
              <legend>{t("override_outcome")}</legend>
              {(["pass", "review", "reject"] as const).filter((one) => one !== counts).map((one) => (
                <label class={one === outcome ? "on" : ""}><input type="radio" name={`${id}-outcome`} checked={one === outcome} onChange={() => setOutcome(one)} />{t(one)}</label>
              ))}
            </fieldset>
            <label for={`${id}-reason`}>{t("override_reason")}</label>
            <textarea id={`${id}-reason`} rows={3} required value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
            <label for={`${id}-authority`}>{t("override_authority")}</label>
            <input id={`${id}-authority`} type="text" required value={authority} onInput={(event) => setAuthority(event.currentTarget.value)} />
            <div class="two">
              <div><label for={`${id}-from`}>{t("override_from")} <small>{t("as_of_hint")}</small></label><input id={`${id}-from`} type="date" value={from} onChange={(event) => setFrom(event.currentTarget.value)} /></div>
              <div><label for={`${id}-until`}>{t("override_until")}</label><input id={`${id}-until`} type="date" required value={until} onChange={(event) => setUntil(event.currentTarget.value)} /></div>
            </div>
            {wrong && <p class="problem" role="alert">{wrong}</p>}
            <button type="submit" class="main">{t("override_confirm")}</button>
          </form>
        </details>
      )}
    </section>
  );
}
