// What of the map a finding rests on, read from the facts its reasons name.
import { read } from "./api";
import type { Fact, Finding, Place } from "./shapes";
import type { Highlight } from "./zone-map";

let kept: Promise<{ label: string; kind: string }[]> | undefined;

/** Measured facts by their Chinese label, the longest first: reasons name a fact by its label. */
export function measuredFacts(): Promise<{ label: string; kind: string }[]> {
  kept ??= read<{ facts: Fact[] }>("/v1/vocabulary?supplied_by=atlas").then(({ facts }) =>
    facts
      .filter((one) => /^site\.(distance|overlaps|share|area|within)\./.test(one.fact))
      .map((one) => ({ label: one.label.zh, kind: one.fact.split(".").slice(2).join(".") }))
      .sort((a, b) => b.label.length - a.label.length));
  kept.catch(() => { kept = undefined; });
  return kept;
}

/** The kinds and units of a finding that the map holds for this place; null where there is nothing to show. */
export function highlightOf(finding: Finding, place: Place, measured: { label: string; kind: string }[]): Highlight | null {
  const there = new Set([...(place.distances ?? []), ...(place.areas ?? [])].map((one) => one.kind));
  const kinds = new Set<string>();
  for (const reason of finding.because) {
    const named = measured.find((one) => reason.zh.includes(one.label));
    if (named && there.has(named.kind) && !named.kind.startsWith("basin_")) kinds.add(named.kind);
  }
  const codes = (place.units ?? []).map((one) => one.code ?? "").filter(Boolean);
  const units = codes.filter((code) => finding.jurisdiction === code || finding.because.some((one) => one.zh.includes(code)));
  return kinds.size > 0 || units.length > 0 ? { kinds: [...kinds], units } : null;
}
