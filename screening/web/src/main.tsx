// The page: who asks, in which language, and which of its views.
import { render } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { hasCredential, read, ServiceError, speak, useCredential } from "./api";
import { Language, told, useTold as useLanguage, type Lang } from "./language";
import { DecisionView } from "./decision-view";
import { QueueView } from "./queue-view";
import { RulesView } from "./rules-view";
import { ScreeningView } from "./screening-view";
import type { Layers, Me } from "./shapes";
import "ol/ol.css";
import "./style.css";

const LANGUAGE = "screening.language";

function firstLanguage(): Lang {
  const kept = localStorage.getItem(LANGUAGE);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") || !navigator.language ? "zh" : "en";
}

/** The view that the address names: #/screen, #/decisions, #/decisions/{record}, #/rules?q=. */
function useAddress(): string {
  const [address, setAddress] = useState(location.hash.slice(1) || "/screen");
  useEffect(() => {
    const changed = (): void => setAddress(location.hash.slice(1) || "/screen");
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return address;
}

function Page() {
  const [lang, setLang] = useState<Lang>(firstLanguage);
  const [me, setMe] = useState<Me | null>(null);
  const [layers, setLayers] = useState<Layers | null>(null);
  const [refused, setRefused] = useState<ServiceError | null>(null);
  const address = useAddress();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  speak(lang);
  const words = useMemo(() => told(lang), [lang]);
  const { t } = words;

  const enter = useCallback(async () => {
    try {
      setRefused(null);
      setMe(await read<Me>("/v1/me"));
      setLayers(await read<Layers>("/v1/zones/layers"));
    } catch (error) {
      if (error instanceof ServiceError) setRefused(error);
      else throw error;
    }
  }, []);
  useEffect(() => { void enter(); }, [enter]);

  const [path] = address.split("?");
  const view = path.startsWith("/decisions") ? "queue" : path.startsWith("/rules") ? "rules" : "screen";
  useEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = `${t(view)} · ${t("product")}`;
  }, [lang, view, t]);
  useEffect(() => {
    if (first.current) { first.current = false; return; }
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);

  const choose = (next: Lang): void => { localStorage.setItem(LANGUAGE, next); setLang(next); };
  const record = /^\/decisions\/([^/?]+)/.exec(path)?.[1];
  return (
    <Language.Provider value={words}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>{t("skip")}</a>
      <header class="top">
        <a class="brand" href="#/screen">
          <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M6 21.5c4-3 6.5-3 10 0s6 3 10 0" /><path class="plot" d="M10 17V8.5h12V17" /><circle cx="16" cy="12.6" r="2.1" /></svg>
          <span><strong>{t("product")}</strong>{layers && <small>{words.say(layers.title)}</small>}</span>
        </a>
        <nav aria-label={t("main_navigation")}>
          {(["screen", "queue", "rules"] as const).map((one) => (
            <a href={one === "queue" ? "#/decisions" : `#/${one}`} aria-current={view === one ? "page" : undefined}>{t(one)}</a>
          ))}
        </nav>
        <div class="top-end">
          {hasCredential() && <button type="button" class="quiet" onClick={() => { useCredential(""); setMe(null); void enter(); }}>{t("sign_out")}</button>}
          <button type="button" class="quiet" lang={lang === "zh" ? "en" : "zh-CN"} onClick={() => choose(lang === "zh" ? "en" : "zh")}>{t("switch_language")}</button>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} class={`view-${record ? "record" : view}`}>
        {refused ? <Entrance refused={refused} again={enter} />
          : !me || !layers ? <p class="waiting" role="status">{t("loading")}</p>
          : (
            <>
              {/* Kept while other views are looked at, so that nothing drawn or answered is lost. */}
              <div class="keeps" hidden={view !== "screen"}><ScreeningView layers={layers} me={me} shown={view === "screen"} /></div>
              {view === "queue" && (record ? <DecisionView key={record} record={record} layers={layers} me={me} /> : <QueueView />)}
              {view === "rules" && <RulesView address={address} layers={layers} />}
            </>
          )}
      </main>
    </Language.Provider>
  );
}

function Entrance({ refused, again }: { refused: ServiceError; again: () => Promise<void> }) {
  const [text, setText] = useState("");
  const { lang, t } = useLanguage();
  if (refused.status !== 401 && refused.status !== 403)
    return (
      <section class="card entrance">
        <h1>{refused.title}</h1>
        {refused.lines(lang).map((line) => <p>{line}</p>)}
        <button type="button" class="main" onClick={() => void again()}>{t("retry")}</button>
      </section>
    );
  return (
    <section class="card entrance">
      <h1>{t("sign_in")}</h1>
      <p>{t("sign_in_hint")}</p>
      {hasCredential() && <p class="problem" role="alert">{refused.lines(lang).join(" ")}</p>}
      <form onSubmit={(event) => { event.preventDefault(); useCredential(text); void again(); }}>
        <label for="credential">{t("credential")}</label>
        <input id="credential" type="password" autocomplete="off" required value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="main">{t("enter")}</button>
      </form>
    </section>
  );
}


render(<Page />, document.getElementById("page")!);
