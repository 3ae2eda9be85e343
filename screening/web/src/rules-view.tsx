// The rule browser: what is in force on a day, searched.
import { useCallback, useEffect, useState } from "preact/hooks";
import { read, ServiceError, withQuery } from "./api";
import { Grounds } from "./decision-card";
import { useTold } from "./language";
import type { Layers, Rule, Rules } from "./shapes";

const A_PAGE = 30;

export function RulesView({ address, layers }: { address: string; layers: Layers }) {
  const { lang, t } = useTold();
  const asked = new URLSearchParams(address.split("?")[1] ?? "");
  const [words, setWords] = useState(asked.get("q") ?? "");
  const [day, setDay] = useState(asked.get("as_of") ?? "");
  const [found, setFound] = useState<Rules | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);

  const load = useCallback(async (after: string | null, signal?: AbortSignal) => {
    try {
      const page = await read<Rules>(withQuery("/v1/rules", { as_of: day, q: words.trim(), limit: A_PAGE, after }), signal);
      setWrong(null);
      setFound((before) => (after && before ? { ...page, rules: [...before.rules, ...page.rules] } : page));
    } catch (error) {
      if (!signal?.aborted) setWrong(error instanceof ServiceError ? error.lines(lang).join(" ") : String(error));
    }
  }, [day, words, lang]);
  useEffect(() => {
    const stop = new AbortController();
    const wait = setTimeout(() => void load(null, stop.signal), 250);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [day, words]);
  return (
    <div class="page-body">
      <h1>{t("rules")}</h1>
      <p class="lead">{t("rules_intro")}</p>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <div class="field grow"><label for="rule-words">{t("search_rules")}</label><input id="rule-words" type="search" maxLength={100} value={words} onInput={(event) => setWords(event.currentTarget.value)} /></div>
        <div class="field"><label for="rule-day">{t("as_of")} <small>{t("as_of_hint")}</small></label><input id="rule-day" type="date" value={day} onChange={(event) => setDay(event.currentTarget.value)} /></div>
      </form>
      {wrong && <p class="problem" role="alert">{wrong}</p>}
      {!found ? !wrong && <p class="waiting" role="status">{t("loading")}</p> : (
        <>
          <p class="total" role="status"><strong>{found.total}</strong> {t("rules_total")} · {found.as_of}</p>
          <ul class="rules">{found.rules.map((rule) => <RuleItem key={rule.id} rule={rule} layers={layers} />)}</ul>
          {found.next && <p><button type="button" onClick={() => void load(found.next)}>{t("load_more")}</button></p>}
        </>
      )}
    </div>
  );
}

function RuleItem({ rule, layers }: { rule: Rule; layers: Layers }) {
  const { t, say } = useTold();
  const basin = layers.layers.find((one) => one.kind === rule.jurisdiction);
  const tier = rule.jurisdiction === "CN" ? t("national") : basin ? say(basin.title) : /^\d+$/.test(rule.jurisdiction) ? `${t("division")} ${rule.jurisdiction}` : rule.jurisdiction;
  return (
    <li>
      <details class="rule">
        <summary>
          <span class={`badge effect-${rule.effect}`}>{t(`effect_${rule.effect}`)}</span>
          <span class="rule-title">{say(rule.title)}</span>
          <small>{tier}</small>
        </summary>
        <div class="rule-body">
          <p class="sentence">{say(rule.sentence)}</p>
          {say(rule.question) && <p class="ask"><b>{t("to_answer")}</b> {say(rule.question)}</p>}
          {say(rule.remedy) && <p class="remedy"><b>{t("to_change")}</b> {say(rule.remedy)}</p>}
          <Grounds grounds={rule.grounds} />
          <dl class="pairs">
            <div><dt>{t("in_force")}</dt><dd>{rule.effective_from ?? "…"} {t("from_day")}{rule.effective_until ? `, ${rule.effective_until} ${t("until_day")}` : ""}</dd></div>
            <div><dt>{t("jurisdiction")}</dt><dd>{tier}</dd></div>
            <div><dt>{t("checked")}</dt><dd>{t(`checked_${rule.checked}`)}</dd></div>
          </dl>
          {rule.readings.length > 0 && <><h2>{t("readings")}</h2><ul class="remarks" lang="zh-CN">{rule.readings.map((one) => <li>{one}</li>)}</ul></>}
          {rule.not_encoded.length > 0 && <><h2>{t("not_encoded")}</h2><ul class="remarks" lang="zh-CN">{rule.not_encoded.map((one) => <li>{one}</li>)}</ul></>}
          <p class="fine"><code>{rule.id}</code></p>
        </div>
      </details>
    </li>
  );
}
