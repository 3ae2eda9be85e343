// The questions that can still change the decision: the first open, each with its unit, where to find it and why.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { number, useTold } from "./language";
import { SectorSearch } from "./sector-search";
import type { Answer, Question, Sector } from "./shapes";

export function QuestionForm({ question, give, putOff, wrong, open, opened }: {
  question: Question; give: (answer: Answer, shown: string) => void; putOff: () => void; wrong: string | null; open: boolean;
  opened: (open: boolean) => void;
}) {
  const { t, say } = useTold();
  const details = useRef<HTMLDetailsElement>(null);
  return (
    <details class="question" open={open} ref={details} data-fact={question.fact} onToggle={(event) => { if (event.currentTarget.open !== open) opened(event.currentTarget.open); }}>
      <summary><span>{say(question.label)}</span></summary>
      {open && (
        <div class="question-body">
          <p class="asked" id={`asked-${question.fact}`}>{say(question.question)}</p>
          <AnswerField question={question} give={give} putOff={putOff} wrong={wrong} />
          <dl class="why">
            {say(question.known) && <><dt>{t("known_now")}</dt><dd>{say(question.known)}</dd></>}
            {say(question.found) && <><dt>{t("where_found")}</dt><dd>{say(question.found)}</dd></>}
            {say(question.why) && <><dt>{t("why_asked")}</dt><dd>{say(question.why)}</dd></>}
          </dl>
        </div>
      )}
    </details>
  );
}

interface FieldProps { question: Question; give: (answer: Answer, shown: string) => void; putOff: () => void; wrong: string | null }

function AnswerField({ question, give, putOff, wrong }: FieldProps) {
  const { lang, t, say } = useTold();
  const id = useId();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [empty, setEmpty] = useState(false);
  const choices = Object.entries(question.choices);
  const later = <button type="button" class="quiet" onClick={putOff}>{t("not_known")}</button>;
  const problem = empty ? t("value_needed") : wrong;
  const said = problem && <p class="problem" role="alert" id={`${id}-problem`}>{problem}</p>;
  const label = `asked-${question.fact}`;

  if (question.type === "flag")
    return (
      <div role="group" aria-labelledby={label}>
        <div class="row">
          <button type="button" class="main" onClick={() => give(true, t("yes"))}>{t("yes")}</button>
          <button type="button" class="main" onClick={() => give(false, t("no"))}>{t("no")}</button>
          {later}
        </div>
        {said}
      </div>
    );
  if (question.type === "sector")
    return <SectorSearch label={t("sector")} chosen={null} choose={(sector: Sector | null) => { if (sector) give(sector.code, `${sector.code} ${say(sector.label)}`); }} />;

  const confirm = (event: Event): void => {
    event.preventDefault();
    if (question.type === "set") {
      if (chosen.length === 0) { setEmpty(true); return; }
      give(chosen, chosen.map((word) => say(question.choices[word])).join(lang === "zh" ? "、" : ", "));
    } else if (choices.length > 0) {
      if (chosen.length === 0) { setEmpty(true); return; }
      give(chosen[0], say(question.choices[chosen[0]]));
    } else if (!text.trim()) {
      setEmpty(true);
    } else if (question.type === "number") {
      const plain = text.trim().replace(/[,，\s](?=\d{3}(\D|$))/g, "");
      // A bare number is in the unit that was asked for; one with its own unit is left as it was written.
      const bare = /^[+-]?\d+(\.\d+)?$/.test(plain);
      const shown = bare && question.unit ? `${number(Number(plain), 6, lang)} ${question.unit}` : plain;
      give(bare ? (question.unit ? `${plain} ${question.unit}` : Number(plain)) : plain, shown);
    } else give(text.trim(), text.trim());
  };
  return (
    <form onSubmit={confirm} noValidate aria-labelledby={label}>
      {question.type === "set" || choices.length > 0
        ? <Choices question={question} chosen={chosen} setChosen={(next) => { setEmpty(false); setChosen(next); }} labelled={label} />
        : (
          <div class="figure">
            <label class="unseen" for={id}>{question.fact === "site.crs" ? t("crs_name") : `${t("answer")} ${question.unit}`}</label>
            <input
              id={id} type={question.type === "date" ? "date" : "text"} inputMode={question.type === "number" ? "decimal" : undefined} value={text}
              autocomplete="off" aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem ${label}` : label}
              onInput={(event) => { setEmpty(false); setText(event.currentTarget.value); }}
            />
            {question.unit && <span class="unit" aria-hidden="true">{question.unit}</span>}
          </div>
        )}
      {said}
      <div class="row"><button type="submit" class="main">{t("confirm")}</button>{later}</div>
    </form>
  );
}

const NOTHING = ["none", "none_of_these"];

function Choices({ question, chosen, setChosen, labelled }: { question: Question; chosen: string[]; setChosen: (next: string[]) => void; labelled: string }) {
  const { t, say } = useTold();
  const id = useId();
  const [filter, setFilter] = useState("");
  const several = question.type === "set";
  const all = Object.entries(question.choices);
  const long = all.length > 9;
  // "None of these" stands last and alone.
  const ordered = [...all.filter(([word]) => !NOTHING.includes(word)), ...all.filter(([word]) => NOTHING.includes(word))];
  const asked = filter.trim().toLowerCase();
  const shown = ordered.filter(([word, label]) => !asked || chosen.includes(word) || NOTHING.includes(word) || `${label.zh} ${label.en}`.toLowerCase().includes(asked));
  // A hundred boxes are one stop of the Tab key; arrows move among them.
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const stop = Math.min(at, Math.max(0, shown.length - 1));
  const moved = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!several || step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(shown.length - 1, stop + step));
    setAt(next);
    list.current?.querySelectorAll<HTMLInputElement>("input")[next]?.focus();
  };
  const pick = (word: string): void => {
    if (!several) setChosen([word]);
    else if (chosen.includes(word)) setChosen(chosen.filter((one) => one !== word));
    else setChosen(NOTHING.includes(word) ? [word] : [...chosen.filter((one) => !NOTHING.includes(one)), word]);
  };
  return (
    <div role={several ? "group" : "radiogroup"} aria-labelledby={labelled} class="choices">
      {long && (
        <div class="filter">
          <label class="unseen" for={id}>{t("filter_choices")}</label>
          <input id={id} type="search" placeholder={t("filter_choices")} value={filter} onInput={(event) => setFilter(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") event.preventDefault(); }} />
          {chosen.length > 0 && <span class="hint" role="status">{chosen.length} {t("chosen_count")}</span>}
        </div>
      )}
      {several && <p class="unseen" id={`${id}-keys`}>{t("choices_keys")}</p>}
      <div class={long ? "choice-list long" : "choice-list"} ref={list} onKeyDown={moved}>
        {shown.map(([word, label], place) => (
          <label class="choice">
            <input
              type={several ? "checkbox" : "radio"} name={`${id}-choice`} checked={chosen.includes(word)} onChange={() => pick(word)} onFocus={() => setAt(place)}
              tabIndex={several && place !== stop ? -1 : 0} aria-describedby={several ? `${id}-keys` : undefined}
            />
            <span>{say(label)}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** What was answered, each open to change. */
export interface Given { answer: Answer; shown: string; label: { zh: string; en: string } }

export function AnsweredList({ given, forget }: { given: Map<string, Given>; forget: (fact: string) => void }) {
  const { t, say } = useTold();
  if (given.size === 0) return null;
  return (
    <details class="answered" open={given.size <= 4}>
      <summary>{t("answered")} <span class="count">{given.size}</span></summary>
      <dl>
        {[...given].map(([fact, one]) => (
          <div>
            <dt>{say(one.label)}</dt>
            <dd>{one.shown}<button type="button" class="link" aria-label={`${t("change")}: ${say(one.label)}`} onClick={() => forget(fact)}>{t("change")}</button></dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Moves the focus to the next question once the old one is gone, for those who answer by keyboard. */
export function useFocusOnNext(first: string | undefined, wanted: { current: boolean }): void {
  useEffect(() => {
    if (!wanted.current || !first) return;
    wanted.current = false;
    document.querySelector<HTMLElement>(`details[data-fact="${CSS.escape(first)}"] > summary`)?.focus();
  }, [first]);
}
