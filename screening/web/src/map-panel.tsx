// The map with its buttons and the list of layers, which is also the legend.
import { useEffect, useRef, useState } from "preact/hooks";
import { bytesOf, read, withQuery } from "./api";
import { GROUP_WORD, GROUPS, groupOf, paintOf, shownAtFirst, UNIT_CLASSES, type Group } from "./colours";
import { between, useTold } from "./language";
import type { Geometry, Layer, Layers } from "./shapes";
import { ZoneMap } from "./zone-map";

const kept = new Map<string, Promise<unknown>>();
/** Features of a kind, fetched once. */
function featuresOf(kind: string): Promise<unknown> {
  let found = kept.get(kind);
  if (!found) {
    found = read(withQuery("/v1/zones", { kind }));
    found.catch(() => kept.delete(kind));
    kept.set(kind, found);
  }
  return found;
}

export function MapPanel({ layers, drawn, cancelled, ready, hint, shown = true, hasSite }: {
  layers: Layers; drawn?: (geometry: Geometry) => void; cancelled?: () => void; ready: (map: ZoneMap) => void; hint?: string;
  shown?: boolean; hasSite: boolean;
}) {
  const { lang, t } = useTold();
  const target = useRef<HTMLDivElement>(null);
  const map = useRef<ZoneMap>();
  const calls = useRef({ drawn, cancelled, lang });
  calls.current = { drawn, cancelled, lang };
  const [on, setOn] = useState<Set<string>>(() => new Set(layers.layers.filter(shownAtFirst).map((one) => one.id)));
  const [failed, setFailed] = useState<string | null>(null);

  useEffect(() => {
    const key = document.querySelector<HTMLMetaElement>('meta[name="tianditu"]')?.content ?? "";
    const made = new ZoneMap(target.current!, {
      drawn: (geometry) => calls.current.drawn?.(geometry),
      cancelled: () => calls.current.cancelled?.(),
      features: featuresOf,
      bytes: bytesOf,
      distance: (least, most) => between(least, most, calls.current.lang),
    }, key);
    map.current = made;
    made.know(layers);
    ready(made);
    const watch = new ResizeObserver(() => made.resized());
    watch.observe(target.current!);
    return () => { watch.disconnect(); made.dispose(); };
  }, []);
  useEffect(() => {
    layers.layers.forEach((layer, at) => {
      map.current!.show(layer, on.has(layer.id), at).catch((error: Error) => setFailed(error.message));
    });
  }, [on]);
  useEffect(() => { if (shown) map.current?.resized(); }, [shown]);

  const toggle = (layer: Layer): void => setOn((before) => {
    const after = new Set(before);
    if (!after.delete(layer.id)) after.add(layer.id);
    return after;
  });
  return (
    <section class="map-panel" aria-label={t("map")}>
      <div class="map" ref={target} tabIndex={0} role="application" aria-label={t("map_label")} />
      {hint && <p class="map-hint" role="status">{hint}</p>}
      {failed && <p class="map-hint problem" role="alert">{failed}</p>}
      <div class="map-buttons">
        <button type="button" aria-label={t("zoom_in")} title={t("zoom_in")} onClick={() => map.current!.zoom(1)}>+</button>
        <button type="button" aria-label={t("zoom_out")} title={t("zoom_out")} onClick={() => map.current!.zoom(-1)}>−</button>
        <button type="button" aria-label={t("whole_map")} title={t("whole_map")} onClick={() => map.current!.fitWhole()}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4" /></svg>
        </button>
        {hasSite && (
          <button type="button" aria-label={t("to_site")} title={t("to_site")} onClick={() => map.current!.fitSite()}>
            <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="3.2" /><path d="M10 1.5v4M10 14.5v4M1.5 10h4M14.5 10h4" /></svg>
          </button>
        )}
      </div>
      <LayerList layers={layers} on={on} toggle={toggle} hasSite={hasSite} />
      {layers.invented && <p class="invented">{t("invented")}</p>}
    </section>
  );
}

function LayerList({ layers, on, toggle, hasSite }: { layers: Layers; on: Set<string>; toggle: (layer: Layer) => void; hasSite: boolean }) {
  const { t, say } = useTold();
  const groups = new Map<Group, Layer[]>();
  for (const layer of layers.layers) groups.set(groupOf(layer), [...(groups.get(groupOf(layer)) ?? []), layer]);
  const wide = matchMedia("(min-width: 1100px) and (min-height: 700px)").matches;
  return (
    <details class="layers" open={wide}>
      <summary>{t("layers")}</summary>
      {/* Scrolls; so it must be reachable by key. */}
      <div class="layers-body" tabIndex={0} role="group" aria-label={t("layers")}>
        {hasSite && <p class="layer-row still"><Swatch stroke="#0b2f3d" fill="rgba(14,58,74,0.12)" width={2.6} />{t("the_site")}</p>}
        {GROUPS.filter((group) => groups.has(group)).map((group) => (
          <fieldset>
            <legend>{t(GROUP_WORD[group])}</legend>
            {groups.get(group)!.map((layer) => (
              <>
                <label class="layer-row" title={`${t("layer_as_of")} ${layer.as_of} · ${t("layer_tolerance")} ${layer.tolerance_m} m`}>
                  <input type="checkbox" checked={on.has(layer.id)} onChange={() => toggle(layer)} />
                  {layer.use !== "units" && <Swatch {...paintOf(layer.kind)} line={!layer.areal} />}
                  <span>{say(layer.title)}</span>
                </label>
                {layer.use === "units" && UNIT_CLASSES.map((one) => (
                  <p class="layer-row still"><Swatch {...paintOf(layer.kind, one)} />{t(`unit_${one}`)}</p>
                ))}
              </>
            ))}
          </fieldset>
        ))}
      </div>
    </details>
  );
}

function Swatch({ stroke, fill, width, dash, line }: { stroke: string; fill: string; width: number; dash?: number[]; line?: boolean }) {
  return (
    <svg class="swatch" viewBox="0 0 24 16" aria-hidden="true">
      {line ? <path d="M2 12C8 3 14 13 22 4" fill="none" stroke={stroke} stroke-width={width} stroke-dasharray={dash?.join(" ")} />
        : <rect x="2" y="2" width="20" height="12" rx="2" fill={fill} stroke={stroke} stroke-width={Math.max(1.2, width)} stroke-dasharray={dash?.join(" ")} />}
    </svg>
  );
}
