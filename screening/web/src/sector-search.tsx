// The sector of GB/T 4754, found by code or words: a combobox after the ARIA pattern.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { read, withQuery } from "./api";
import { useTold } from "./language";
import type { Sector } from "./shapes";

export function SectorSearch({ label, chosen, choose }: { label: string; chosen: Sector | null; choose: (sector: Sector | null) => void }) {
  const { t, say } = useTold();
  const id = useId();
  const named = (sector: Sector): string => `${sector.code} ${say(sector.label)}`;
  const [text, setText] = useState(chosen ? named(chosen) : "");
  const [found, setFound] = useState<Sector[] | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const typed = useRef(false);

  useEffect(() => { if (chosen) setText(named(chosen)); else if (!typed.current) setText(""); }, [chosen, say]);
  useEffect(() => {
    if (!typed.current || !text.trim()) { setFound(null); return; }
    const stop = new AbortController();
    const wait = setTimeout(async () => {
      try {
        const answer = await read<{ sectors: Sector[] }>(withQuery("/v1/sectors", { q: text.trim(), limit: 12 }), stop.signal);
        setFound(answer.sectors);
        setOpen(true);
        setAt(-1);
      } catch { /* a later letter asks again */ }
    }, 160);
    return () => { clearTimeout(wait); stop.abort(); };
  }, [text]);

  const take = (sector: Sector): void => { typed.current = false; setText(named(sector)); setOpen(false); setFound(null); choose(sector); };
  const pressed = (event: KeyboardEvent): void => {
    const rows = found ?? [];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (rows.length > 0) { setOpen(true); setAt((before) => (before + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length); }
    } else if (event.key === "Enter") {
      const row = rows[at] ?? rows.find((one) => one.code === text.trim()) ?? (rows.length === 1 ? rows[0] : undefined);
      event.preventDefault();
      if (open && row) take(row);
    } else if (event.key === "Escape") setOpen(false);
  };
  const shown = open && found !== null;
  return (
    <div class="combobox">
      <label for={id}>{label}</label>
      <input
        id={id} type="text" role="combobox" autocomplete="off" aria-expanded={shown} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined} aria-describedby={`${id}-hint`} value={text}
        onInput={(event) => { typed.current = true; setText(event.currentTarget.value); if (chosen) choose(null); }}
        onKeyDown={pressed} onFocus={() => setOpen(true)} onBlur={() => setTimeout(() => setOpen(false), 150)}
      />
      <p class="hint" id={`${id}-hint`}>{t("sector_hint")}</p>
      <ul id={`${id}-list`} role="listbox" aria-label={label} hidden={!shown || found!.length === 0}>
        {shown && found!.map((sector, place) => (
          <li id={`${id}-${place}`} role="option" aria-selected={place === at} onMouseDown={(event) => { event.preventDefault(); take(sector); }}>
            <b>{sector.code}</b> {say(sector.label)}
          </li>
        ))}
      </ul>
      <p class="hint" role="status">{shown ? (found!.length === 0 ? t("sector_none") : <span class="unseen">{found!.length} {t("sector_found")}</span>) : ""}</p>
    </div>
  );
}
