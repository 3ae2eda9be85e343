// An officer's queue: recorded decisions, newest first, with filters.
import { useCallback, useEffect, useState } from "preact/hooks";
import { read, ServiceError, withQuery } from "./api";
import { OutcomeMark } from "./decision-card";
import { moment, useTold } from "./language";
import type { DecisionRecord, Outcome } from "./shapes";

/** The reference of an application that came without one. */
const UNNAMED = "application";
const OUTCOMES: Outcome[] = ["review", "reject", "pass"];

export function QueueView() {
  const { lang, t } = useTold();
  const [outcome, setOutcome] = useState<Outcome | "">("");
  const [words, setWords] = useState("");
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [rows, setRows] = useState<DecisionRecord[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);

  const load = useCallback(async (after?: string | null) => {
    const end = until ? `${until}T23:59:59` : "";
    try {
      setWrong(null);
      const page = await read<{ decisions: DecisionRecord[]; next: string | null }>(withQuery("/v1/decisions", {
        outcome, q: words.trim(), since: since ? `${since}T00:00:00` : "", until: end, limit: 30, after,
      }));
      setRows((before) => (after && before ? [...before, ...page.decisions] : page.decisions));
      setNext(page.next);
    } catch (error) {
      setWrong(error instanceof ServiceError ? error.lines(lang).join(" ") : String(error));
    }
  }, [outcome, words, since, until, lang]);
  useEffect(() => { void load(); }, [outcome]);
  return (
    <div class="page-body">
      <h1>{t("queue")}</h1>
      <form class="filters" role="search" onSubmit={(event) => { event.preventDefault(); void load(); }}>
        <fieldset class="segments">
          <legend>{t("filter_outcome")}</legend>
          {(["", ...OUTCOMES] as const).map((one) => (
            <label class={one === outcome ? "on" : ""}><input type="radio" name="outcome" checked={one === outcome} onChange={() => setOutcome(one)} />{one ? t(one) : t("any")}</label>
          ))}
        </fieldset>
        <div class="field grow"><label for="words">{t("search_decisions")}</label><input id="words" type="search" maxLength={100} value={words} onInput={(event) => setWords(event.currentTarget.value)} /></div>
        <div class="field"><label for="since">{t("since")}</label><input id="since" type="date" value={since} onChange={(event) => setSince(event.currentTarget.value)} /></div>
        <div class="field"><label for="until">{t("until")}</label><input id="until" type="date" value={until} onChange={(event) => setUntil(event.currentTarget.value)} /></div>
        <button type="submit" class="main">{t("apply")}</button>
      </form>
      {wrong && <p class="problem" role="alert">{wrong}</p>}
      {rows === null ? !wrong && <p class="waiting" role="status">{t("loading")}</p> : rows.length === 0 ? <p class="empty" role="status">{t("queue_empty")}</p> : (
        <table class="queue">
          <caption class="unseen">{t("queue")}</caption>
          <thead><tr><th scope="col">{t("project")}</th><th scope="col">{t("counts_now")}</th><th scope="col">{t("recorded_at")}</th><th scope="col">{t("law_of")}</th><th scope="col">{t("owner")}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row"><a href={`#/decisions/${row.id}`}>{row.title || t("untitled")}</a>{row.project !== UNNAMED && <small>{row.project}</small>}</th>
                <td data-label={t("counts_now")}><OutcomeMark outcome={row.counts} small />{row.override && <small class="overridden">{t("overridden")} · {t("engine_says")} {t(row.outcome)}</small>}</td>
                <td data-label={t("recorded_at")}><time dateTime={row.at}>{moment(row.at, lang)}</time></td>
                <td data-label={t("law_of")}>{row.as_of}</td>
                <td data-label={t("owner")}>{row.owner}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {next && <p><button type="button" onClick={() => void load(next)}>{t("load_more")}</button></p>}
    </div>
  );
}
