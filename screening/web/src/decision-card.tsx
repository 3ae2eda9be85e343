// A decision: its outcome, every ground with its clause, what would change it, what is missing.
import { useEffect, useId, useState } from "preact/hooks";
import { save, ServiceError, hasCredential, withQuery } from "./api";
import { highlightOf, measuredFacts } from "./grounds";
import { area, between, number, perhaps, useTold } from "./language";
import type { ClassOf, CoControl, Decision, Finding, Ground, Layers, Need, Outcome, Place, PlaceArea } from "./shapes";
import type { Highlight } from "./zone-map";

export type Show = (wanted: Highlight | null) => void;

export function OutcomeMark({ outcome, small }: { outcome: Outcome; small?: boolean }) {
  const { t } = useTold();
  return (
    <span class={`outcome ${outcome}${small ? " small" : ""}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        {outcome === "pass" ? <path d="m6 12.500 4 4 8-9" /> : outcome === "reject" ? <path d="m7 7 10 10M17 7 7 17" /> : <path d="M12 6.500v7M12 17.200v.3" />}
      </svg>
      {t(outcome)}
    </span>
  );
}

export function DecisionCard({ decision, record, layers, overridden, show }: {
  decision: Decision; record: string | null; layers: Layers; overridden?: boolean; show?: Show;
}) {
  const { lang, t, say } = useTold();
  const id = useId();
  const [measured, setMeasured] = useState<{ label: string; kind: string }[]>([]);
  const [lit, setLit] = useState<string | null>(null);
  useEffect(() => { measuredFacts().then(setMeasured, () => undefined); }, []);
  useEffect(() => setLit(null), [decision.id]);

  const light = (key: string, wanted: Highlight | null): void => {
    const next = lit === key ? null : key;
    setLit(next);
    show?.(next ? wanted : null);
  };
  const of = (outcome: Outcome, doubtful?: boolean): Finding[] =>
    decision.findings.filter((one) => one.outcome === outcome && (doubtful === undefined || (one.reason === "doubtful") === doubtful));
  const listed = (title: string, findings: Finding[], tone: string, most: number) => findings.length > 0 && (
    <FindingList key={`${tone}${decision.id}`} title={title} findings={findings} tone={tone} most={most} decision={decision} measured={measured} lit={lit} light={show ? light : undefined} />
  );
  return (
    <article class={`decision ${decision.outcome}`} aria-labelledby={id}>
      <header class="verdict">
        <p class="overline">{t(overridden ? "engine_says" : "decided")} · {t("law_of")} {decision.receipt.as_of}</p>
        <h2 id={id}>{decision.title || t("untitled")}</h2>
        <OutcomeMark outcome={decision.outcome} />
        <p class="notice-line">{say(decision.notice)}</p>
      </header>
      {record && <Downloads record={record} />}
      {decision.findings.every((one) => one.outcome === "pass") && <p class="nothing">{t("grounds_none")}</p>}
      {listed(t("grounds_reject"), of("reject"), "reject", 12)}
      {listed(t("grounds_review"), of("review", false), "review", 8)}
      {/* What is certainly rejected is not saved by more facts: these wait folded. */}
      {decision.needs.length > 0 && <Needs needs={decision.needs} most={decision.outcome === "reject" ? 0 : 5} />}
      {listed(t("grounds_doubtful"), of("review", true), "doubtful", decision.outcome === "reject" ? 0 : 3)}
      {decision.places && decision.places.length > 0 && <Places decision={decision} />}
      {listed(t("grounds_obligation"), of("pass"), "obligation", 5)}
      <Classes classes={decision.classes} />
      {decision.co_control && <CoControlSheet sheet={decision.co_control} />}
      <PlaceTable place={decision.place} layers={layers} lit={lit} light={show ? light : undefined} />
      {(decision.not_covered.length > 0 || decision.warnings.length > 0) && (
        <section class="part">
          <h3>{t("remarks")}</h3>
          <ul class="remarks">
            {decision.warnings.map((one) => <li>{say(one)}</li>)}
            {decision.not_covered.length > 0 && <li>{t("not_covered")}{lang === "zh" ? "：" : ": "}{decision.not_covered.map(say).join(lang === "zh" ? "；" : "; ")}</li>}
          </ul>
        </section>
      )}
      <p class="fine">{t("content_id")} <code>{decision.id}</code></p>
    </article>
  );
}

function FindingList({ title, findings, tone, most, decision, measured, lit, light }: {
  title: string; findings: Finding[]; tone: string; most: number; decision: Decision; measured: { label: string; kind: string }[];
  lit: string | null; light?: (key: string, wanted: Highlight | null) => void;
}) {
  const { t } = useTold();
  const [all, setAll] = useState(false);
  const shown = all ? findings : findings.slice(0, most);
  return (
    <section class={`part ${tone}`}>
      <h3>{title} <span class="count">{findings.length}</span></h3>
      <ol class="findings">
        {shown.map((finding) => {
          const wanted = light ? highlightOf(finding, decision.place, measured) : null;
          return <FindingItem key={finding.rule} finding={finding} brief={tone === "obligation" || tone === "doubtful"} lit={lit === finding.rule} light={wanted && light ? () => light(finding.rule, wanted) : undefined} />;
        })}
      </ol>
      {findings.length > most && <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t("show_fewer") : `${t("show_all")} ${findings.length}`}</button>}
    </section>
  );
}

function FindingItem({ finding, brief, lit, light }: { finding: Finding; brief: boolean; lit: boolean; light?: () => void }) {
  const { t, say } = useTold();
  const badge = finding.reason === "provisional" ? t("provisional") : finding.reason === "judgement" ? t("judgement") : "";
  return (
    <li class={`finding${lit ? " lit" : ""}`} data-rule={finding.rule}>
      <h4>{say(finding.title)}{badge && <span class="badge">{badge}</span>}</h4>
      <p>{say(finding.message)}</p>
      {say(finding.question) && <p class="ask"><b>{t("to_answer")}</b> {say(finding.question)}</p>}
      {say(finding.remedy) && !(brief && finding.outcome === "pass") && <p class="remedy"><b>{t("to_change")}</b> {say(finding.remedy)}</p>}
      <Grounds grounds={finding.grounds} />
      <div class="row">
        {light && <button type="button" class="show-ground" aria-pressed={lit} onClick={light}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 17s-5-4.600-5-8.500a5 5 0 0 1 10 0C15 12.400 10 17 10 17z" /><circle cx="10" cy="8.500" r="1.700" /></svg>
          {lit ? t("off_map") : t("on_map")}<span class="unseen">: {say(finding.title)}</span>
        </button>}
        {finding.because.length > 0 && (
          <details class="because">
            <summary>{t("because")}<span class="unseen">: {say(finding.title)}</span></summary>
            <ul>{finding.because.map((one) => <li>{say(one)}</li>)}</ul>
          </details>
        )}
      </div>
    </li>
  );
}

/** "第26条第2款" as an English reader cites it. */
function clause(text: string, lang: "zh" | "en"): string {
  if (lang === "zh") return text;
  return text.replace(/第(\d+)条之(\d+)/g, "Art. $1-$2").replace(/第(\d+)条/g, "Art. $1").replace(/第(\d+)款/g, " para. $1").replace(/第[（(]?(\d+)[）)]?项/g, " item $1").trim();
}

/** Clauses, those of one instrument together. */
export function Grounds({ grounds }: { grounds: Ground[] }) {
  const { lang, t, say } = useTold();
  const byInstrument = new Map<string, Ground[]>();
  for (const ground of grounds) byInstrument.set(ground.instrument, [...(byInstrument.get(ground.instrument) ?? []), ground]);
  return (
    <>
      {[...byInstrument.values()].map(([first, ...more]) => (
        <p class="ground">
          <b>{t("basis")}</b> <cite>{say(first.name)}</cite> {first.number && <span>{first.number} </span>}
          {[first, ...more].map((one) => clause(one.clause, lang)).filter(Boolean).join(lang === "zh" ? "、" : ", ")}
          {first.url && <> <a href={first.url} target="_blank" rel="noreferrer">{t("official_text")}<span class="unseen"> {say(first.name)}</span></a></>}
        </p>
      ))}
    </>
  );
}

function Needs({ needs, most }: { needs: Need[]; most: number }) {
  const { t, say } = useTold();
  const [all, setAll] = useState(false);
  const ordered = [...needs].sort((a, b) => b.rules.length - a.rules.length);
  const shown = all ? ordered : ordered.slice(0, most);
  return (
    <section class="part needs">
      <h3>{t("missing_facts")} <span class="count">{needs.length}</span></h3>
      <ul class="need-list">
        {shown.map((need) => (
          <li>
            <span>{say(need.label)}{need.unit && <small> ({need.unit})</small>}</span>
            <small>{t(need.supplied_by === "applicant" ? "from_applicant" : "from_map")} · {need.rules.length} {t("rules_waiting")}</small>
          </li>
        ))}
      </ul>
      {needs.length > most && <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t("show_fewer") : `${t("show_all")} ${needs.length}`}</button>}
    </section>
  );
}

function Places({ decision }: { decision: Decision }) {
  const { t, say } = useTold();
  return (
    <section class="part">
      <h3>{t("possible_places")}</h3>
      <ul class="need-list">
        {decision.places!.map((one) => (
          <li><span>{say(one.name)} <small>{one.longitude}, {one.latitude}</small></span><OutcomeMark outcome={one.outcome} small /></li>
        ))}
      </ul>
    </section>
  );
}

function Classes({ classes }: { classes: Record<string, ClassOf> }) {
  const words = useTold();
  const { t, say } = words;
  const told = Object.values(classes).filter((one) => one.state !== "no" || one.lists.length > 0);
  if (told.length === 0) return null;
  return (
    <section class="part">
      <h3>{t("classes")}</h3>
      {told.map((one) => (
        <details class="class">
          <summary><span>{say(one.label)}</span><span class={`state ${one.state}`}>{perhaps(words, `state_${one.state}`, one.state)}</span></summary>
          <ul class="remarks">
            {one.lists.map((list) => <li><cite>{say(list.name)}</cite> {list.number} <br />{say(list.because)}</li>)}
            {one.lists.length === 0 && one.rules.map((rule) => <li>{say(rule.title)}</li>)}
          </ul>
        </details>
      ))}
    </section>
  );
}

function CoControlSheet({ sheet }: { sheet: CoControl }) {
  const words = useTold();
  const { t, say } = words;
  const told = sheet.measures.filter((one) => one.state !== "not_asked");
  const aside = sheet.measures.filter((one) => one.state === "not_asked");
  return (
    <section class="part">
      <h3>{t("co_control")}</h3>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("co_control")}>
        <table class="sheet">
          <thead><tr><th scope="col">{t("measure")}</th><th scope="col">{t("state")}</th><th scope="col">{t("requirement")}</th></tr></thead>
          <tbody>
            {told.map((one) => (
              <tr>
                <th scope="row">{say(one.label)}<small>{one.media.map((medium) => perhaps(words, medium, medium)).join(" · ")}</small></th>
                <td><span class={`state ${one.state}`}>{perhaps(words, `cc_${one.state}`, one.state)}</span></td>
                <td>{one.requirements.slice(0, 4).map((each) => (
                  <p>{say(each.title)} <small>{perhaps(words, `cc_${each.state}`, each.state)}{each.figures.map((figure) => ` · ${say(figure.label)} ${say(figure.value)}`)}</small></p>
                ))}{one.requirements.length > 4 && <small>+ {one.requirements.length - 4}</small>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {aside.length > 0 && <p class="fine">{t("cc_not_asked")}{words.lang === "zh" ? "：" : ": "}{aside.map((one) => say(one.label)).join(words.lang === "zh" ? "、" : ", ")}</p>}
    </section>
  );
}

function PlaceTable({ place, layers, lit, light }: { place: Place; layers: Layers; lit: string | null; light?: (key: string, wanted: Highlight) => void }) {
  const words = useTold();
  const { lang, t, say } = words;
  const id = useId();
  const titled = (layer: string) => <small>{say(layers.layers.find((one) => one.id === layer)?.title)}</small>;
  const near = (place.distances ?? []).map((one) => ({ ...one, lo: Number(one.metres[0]), hi: Number(one.metres[1]) }))
    .filter((one) => one.hi > 0 && one.lo <= 5000).sort((a, b) => a.lo - b.lo);
  const button = (key: string, label: string, wanted: Highlight) => light && (
    <button type="button" class="show-ground" aria-pressed={lit === key} onClick={() => light(key, wanted)}>{lit === key ? t("off_map") : t("on_map")}<span class="unseen">: {label}</span></button>
  );
  const share = (one: PlaceArea): string => {
    const [lo, hi] = one.share.map((part) => Number(part) * 100);
    const told = hi - lo < 0.05 ? `${number(lo, 1, lang)}%` : `${number(lo, 1, lang)}–${number(hi, 1, lang)}%`;
    return `${lang === "zh" ? `${t("share")} ${told}` : `${told} ${t("share")}`} · ${area(Number(one.area_m2[1]), lang)}${one.certain ? "" : ` · ${t("possible")}`}`;
  };
  const zones = (place.areas ?? []);
  if (!place.units?.length && zones.length === 0 && near.length === 0) return null;
  return (
    <section class="part" aria-labelledby={id}>
      <h3 id={id}>{t("place_of_site")}</h3>
      <dl class="place">
        {(place.units ?? []).map((one) => (
          <div><dt><span lang="zh-CN">{one.name}</span><small>{one.code} · {perhaps(words, `unit_${one.class}`, one.class ?? "")}</small></dt><dd>{share(one)} {button(`unit ${one.code}`, one.name, { kinds: [], units: [one.code ?? ""] })}</dd></div>
        ))}
        {zones.map((one) => <div><dt><span lang="zh-CN">{one.name}</span>{titled(one.layer)}</dt><dd>{share(one)} {button(`area ${one.layer}`, one.name, { kinds: [one.kind ?? ""], units: [] })}</dd></div>)}
        {near.map((one) => (
          <div><dt><span lang="zh-CN">{one.name}</span>{titled(one.layer)}</dt><dd>{between(one.lo, one.hi, lang)} {button(`distance ${one.layer}`, one.name, { kinds: [one.kind], units: [] })}</dd></div>
        ))}
      </dl>
    </section>
  );
}

export function Downloads({ record }: { record: string }) {
  const { lang, t } = useTold();
  const [wrong, setWrong] = useState<string | null>(null);
  const report = (format: string): string => withQuery(`/v1/decisions/${record}/report`, { format, lang });
  const fetched = async (path: string, name: string): Promise<void> => {
    setWrong(null);
    try { await save(path, name); } catch (error) { setWrong(error instanceof ServiceError ? error.lines(lang).join(" ") : String(error)); }
  };
  return (
    <section class="downloads no-print" aria-label={t("downloads")}>
      <span class="label">{t("opinion")}</span>
      {/* Opened as a page of its own where no credential must go with it, so that the browser can print it. */}
      {hasCredential() ? <button type="button" onClick={() => void fetched(report("html"), `opinion-${record}.html`)}>HTML</button>
        : <a class="button" href={report("html")} target="_blank" rel="noreferrer">HTML</a>}
      <button type="button" onClick={() => void fetched(report("docx"), `opinion-${record}.docx`)}>Word</button>
      <button type="button" onClick={() => void fetched(report("pdf"), `opinion-${record}.pdf`)}>PDF</button>
      <button type="button" title={t("receipt_hint")} onClick={() => void fetched(`/v1/decisions/${record}/receipt`, `receipt-${record}.json`)}>{t("receipt")}</button>
      {wrong && <p class="problem" role="alert">{wrong}</p>}
    </section>
  );
}
