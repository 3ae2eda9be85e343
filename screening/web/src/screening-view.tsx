// A developer's view: a site, a few answers, and the decision, which follows as they change.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { post, ServiceError, withQuery } from "./api";
import { rounded } from "./coordinates";
import { DecisionCard, OutcomeMark } from "./decision-card";
import { useTold } from "./language";
import { MapPanel } from "./map-panel";
import { AnsweredList, QuestionForm, useFocusOnNext, type Given } from "./questions-panel";
import { SectorSearch } from "./sector-search";
import type { Answer, Application, Decision, Layers, Me, Question, Questions, Sector } from "./shapes";
import { changing, SitePanel, type Sited, type Tool } from "./site-panel";
import type { ZoneMap } from "./zone-map";

const MOST_QUESTIONS = 6;

export function ScreeningView({ layers, shown }: { layers: Layers; me: Me; shown: boolean }) {
  const { lang, t, say } = useTold();
  const [map, setMap] = useState<ZoneMap | null>(null);
  const [tool, setTool] = useState<Tool>(null);
  const [sited, setSited] = useState<Sited | null>(null);
  const [squareMetres, setSquareMetres] = useState(0);
  const [title, setTitle] = useState("");
  const [day, setDay] = useState("");
  const [sector, setSector] = useState<Sector | null>(null);
  const [given, setGiven] = useState<Map<string, Given>>(new Map());
  const [putOff, setPutOff] = useState<string[]>([]);
  const [open, setOpen] = useState<string | null>(null);
  const [asked, setAsked] = useState<Questions | null>(null);
  const [asking, setAsking] = useState(false);
  const [wrong, setWrong] = useState<{ fact: string | null; text: string } | null>(null);
  const [decided, setDecided] = useState<{ decision: Decision; record: string; of: string } | null>(null);
  const [wanted, setWanted] = useState(false);
  const [deciding, setDeciding] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const focusNext = useRef(false);
  const lastFact = useRef<string | null>(null);

  // ---- the map follows the site and the tool
  useEffect(() => {
    if (!map) return;
    map.setSite(sited?.shown ?? null, !changing(tool));
    map.setCandidates(sited?.file && !sited.file.read.certain ? sited.file.read.places : []);
    setSquareMetres(map.siteArea());
    if (changing(tool)) map.move(tool);
  }, [map, sited?.shown]);
  useEffect(() => {
    if (!map) return;
    map.stopDrawing();
    map.stopMoving();
    if (changing(tool)) map.move(tool);
    else if (tool) map.draw(tool);
  }, [map, tool]);
  const drawn = useCallback((geometry: Sited["shown"]) => {
    if (!geometry) return;
    const exact = rounded(geometry);
    map?.highlight(null, undefined).catch(() => undefined);
    setTool((before) => (changing(before) ? before : null));
    setSited((before) => ({ site: { geometry: exact, ...(before?.site.extent && !/Polygon$/.test(exact.type) ? { extent: before.site.extent } : {}) }, shown: exact }));
  }, [map]);

  // ---- the application as it stands
  const application = useMemo<Application | null>(() => {
    if (!sited) return null;
    const project: Record<string, unknown> = {};
    if (sector) project.sector = sector.code;
    let site = sited.site;
    for (const [fact, one] of given) {
      if (fact === "site.crs") site = { ...site, crs: String(one.answer) };
      else project[fact.replace(/^project\./, "")] = one.answer;
    }
    return { title: title.trim(), project, site };
  }, [sited, sector, given, title]);
  const asSent = application ? JSON.stringify([application.project, application.site, day]) : "";

  // ---- what may still be asked, after every change
  useEffect(() => {
    if (!application) { setAsked(null); setWrong(null); return; }
    const stop = new AbortController();
    setAsking(true);
    const wait = setTimeout(async () => {
      try {
        const { body } = await post<Questions>(withQuery("/v1/questions", { limit: MOST_QUESTIONS + putOff.length, as_of: day }), { json: application, signal: stop.signal });
        setAsked(body);
        setWrong(null);
      } catch (error) {
        if (stop.signal.aborted) return;
        const text = error instanceof ServiceError ? error.lines(lang).join(" ") : String(error);
        const fact = lastFact.current;
        const about = error instanceof ServiceError && fact !== null && error.problems.some((one) => one.pointer.replaceAll("/", ".").includes(fact.replace(/^project/, "")));
        if (about) setGiven((before) => { const after = new Map(before); after.delete(fact!); return after; });
        setWrong({ fact: about ? fact : null, text });
      } finally {
        if (!stop.signal.aborted) setAsking(false);
      }
    }, 180);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [asSent, putOff.length]);

  const now = (asked?.questions ?? []).filter((one) => !putOff.includes(one.fact) && one.fact !== "project.sector");
  const later = (asked?.questions ?? []).filter((one) => putOff.includes(one.fact));
  const current = now.find((one) => one.fact === open)?.fact ?? now[0]?.fact;
  useFocusOnNext(current, focusNext);
  const give = (question: Question, answer: Answer, text: string): void => {
    lastFact.current = question.fact;
    focusNext.current = true;
    setOpen(null);
    setWrong(null);
    setPutOff((before) => before.filter((one) => one !== question.fact));
    setGiven((before) => new Map(before).set(question.fact, { answer, shown: text, label: question.label }));
  };
  const forget = (fact: string): void => {
    setOpen(fact);
    setGiven((before) => { const after = new Map(before); after.delete(fact); return after; });
  };

  const decide = async (): Promise<void> => {
    if (!application) return;
    setDeciding(true);
    setTool(null);
    setWrong(null);
    try {
      const { body, location: at } = await post<Decision>(withQuery("/v1/screenings", { as_of: day }), { json: application, headers: { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` } });
      void map?.highlight(null, undefined);
      setWanted(false);
      map?.fitSite();
      setDecided({ decision: body, record: at.split("/").pop() ?? "", of: asSent });
      requestAnimationFrame(() => { card.current?.focus({ preventScroll: true }); card.current?.scrollIntoView({ block: "start" }); });
    } catch (error) {
      setWrong({ fact: null, text: error instanceof ServiceError ? error.lines(lang).join(" ") : String(error) });
    } finally {
      setDeciding(false);
    }
  };
  const startOver = (): void => {
    setSited(null); setSector(null); setGiven(new Map()); setPutOff([]); setTitle(""); setDecided(null); setAsked(null); setTool(null);
    void map?.highlight(null, undefined);
    map?.fitWhole();
  };
  const left = now.length + later.length + (asked?.perhaps.length ?? 0);
  const hint = tool ? t(changing(tool) ? `${tool}_hint` : `draw_hint_${tool}`) : undefined;
  return (
    <div class={tool || wanted ? "screening map-wanted" : "screening"}>
      <div class="panel">
        <h1 class="unseen">{t("screen")}</h1>
        <section class="step" aria-labelledby="step-site">
          <h2 id="step-site"><span class="step-number" aria-hidden="true">1</span>{t("step_site")}</h2>
          <SitePanel sited={sited} squareMetres={squareMetres} tool={tool} setTool={setTool} setSite={(next) => { setSited(next); void map?.highlight(null, undefined); }} problem={!asked && wrong && !wrong.fact ? wrong.text : null} />
        </section>
        <section class="step" aria-labelledby="step-project">
          <h2 id="step-project"><span class="step-number" aria-hidden="true">2</span>{t("step_project")}</h2>
          <SectorSearch label={t("sector")} chosen={sector} choose={setSector} />
          <label for="title">{t("title")} <small>{t("title_hint")}</small></label>
          <input id="title" type="text" maxLength={300} autocomplete="off" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
          <details class="more">
            <summary>{t("more_options")}</summary>
            <label for="as-of">{t("as_of")} <small>{t("as_of_hint")}</small></label>
            <input id="as-of" type="date" value={day} onChange={(event) => setDay(event.currentTarget.value)} />
          </details>
        </section>
        <section class="step" aria-labelledby="step-questions">
          <h2 id="step-questions"><span class="step-number" aria-hidden="true">3</span>{t("step_questions")}</h2>
          {!application && <p class="empty">{t("no_site_yet")}</p>}
          {asked && application && (
            <div class={`so-far ${asked.outcome}`} role="status" aria-busy={asking}>
              <p><span class="label">{t("so_far")}</span> <OutcomeMark outcome={asked.outcome} small /></p>
              <p class="hint">
                {asked.may_become.length > 0 && left > 0
                  ? <>{t("may_become")} {asked.may_become.map((one) => t(one)).join(lang === "zh" ? "、" : ", ")} · {asked.perhaps.length > 0 ? `${t("at_most")} ` : ""}{left} {t(left === 1 ? "question_left" : "questions_left")}</>
                  : t("settled")}
              </p>
            </div>
          )}
          {wrong && !wrong.fact && asked && <p class="problem" role="alert">{wrong.text}</p>}
          {application && now.map((question) => (
            <QuestionForm
              key={question.fact} question={question} open={question.fact === current} wrong={wrong?.fact === question.fact ? wrong.text : null}
              give={(answer, text) => give(question, answer, text)} putOff={() => { focusNext.current = true; setOpen(null); setPutOff((before) => [...before, question.fact]); }}
              opened={(now) => setOpen(now ? question.fact : null)}
            />
          ))}
          {application && later.length > 0 && (
            <div class="put-off">
              <h3>{t("put_off")}</h3>
              <ul>{later.map((one) => <li>{say(one.label)} <button type="button" class="link" aria-label={`${t("ask_again")}: ${say(one.label)}`} onClick={() => { setOpen(one.fact); setPutOff((before) => before.filter((fact) => fact !== one.fact)); }}>{t("ask_again")}</button></li>)}</ul>
            </div>
          )}
          <AnsweredList given={given} forget={forget} />
          {asked && asked.stays.length > 0 && (
            <details class="more"><summary>{t("stays")} <span class="count">{asked.stays.length}</span></summary><ul class="remarks">{asked.stays.map((one) => <li>{say(one)}</li>)}</ul></details>
          )}
        </section>
        <section class="step decide" aria-labelledby="step-decide">
          <h2 id="step-decide"><span class="step-number" aria-hidden="true">4</span>{t("step_decision")}</h2>
          <button type="button" class="main wide" disabled={!application || deciding} onClick={() => void decide()}>{deciding ? t("deciding") : decided ? t("decide_again") : t("decide")}</button>
          <p class="hint">{t("decide_hint")}</p>
          {(sited || decided) && <button type="button" class="link" onClick={startOver}>{t("start_over")}</button>}
        </section>
        {decided && (
          <div class="card-holder" ref={card} tabIndex={-1}>
            {decided.of !== asSent && <p class="notice" role="status">{t("stale")}</p>}
            <DecisionCard decision={decided.decision} record={decided.record} layers={layers} show={(wanted) => { setWanted(wanted !== null); void map?.highlight(wanted, decided.decision.place); }} />
            <p class="no-print"><a href={`#/decisions/${decided.record}`}>{t("open_record")}</a></p>
          </div>
        )}
      </div>
      <MapPanel layers={layers} ready={setMap} drawn={drawn} cancelled={() => setTool(null)} hint={hint} shown={shown} hasSite={sited?.shown != null} />
    </div>
  );
}
