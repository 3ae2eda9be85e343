// The door to the service: requests with the user's language and credential, and problems told as the service tells them.
import type { Lang } from "./language";

export interface OneProblem { pointer: string; what: string; remedy?: string; zh?: string }

/** A refusal of the service (RFC 9457), or that it could not be reached (status 0). */
export class ServiceError extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail: string, readonly problems: OneProblem[] = []) {
    super(detail || title);
  }
  /** Every problem in the reader's language, the heading first. */
  lines(lang: Lang): string[] {
    const told = this.problems.map((one) => (lang === "zh" && one.zh) || [one.what, one.remedy].filter(Boolean).join("; "));
    return told.length > 0 ? told : [this.detail || this.title];
  }
}

const KEPT = "screening.credential";
let language: Lang = "zh";
let credential = sessionStorage.getItem(KEPT) ?? "";

export function speak(lang: Lang): void { language = lang; }
export function hasCredential(): boolean { return credential !== ""; }
/** Kept for this tab only; an API key or an OpenID Connect token. */
export function useCredential(text: string): void {
  credential = text.trim();
  if (credential) sessionStorage.setItem(KEPT, credential);
  else sessionStorage.removeItem(KEPT);
}

export interface Sent { method?: string; json?: unknown; bytes?: Blob; headers?: Record<string, string>; signal?: AbortSignal }

async function send(path: string, { method = "GET", json, bytes, headers = {}, signal }: Sent): Promise<Response> {
  const all: Record<string, string> = { "Accept-Language": language, ...headers };
  if (credential) all.Authorization = `Bearer ${credential}`;
  if (json !== undefined) all["Content-Type"] = "application/json";
  if (bytes !== undefined) all["Content-Type"] = "application/octet-stream";
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers: all, body: json !== undefined ? JSON.stringify(json) : bytes, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    const words = language === "zh" ? ["连不上服务", "请检查服务是否在运行，然后重试。"] : ["The service cannot be reached", "Check that it runs, then try again."];
    throw new ServiceError(0, words[0], words[1]);
  }
  if (answer.ok) return answer;
  const kind = answer.headers.get("content-type") ?? "";
  const told = kind.includes("json") ? await answer.json().catch(() => ({})) : {};
  throw new ServiceError(answer.status, told.title ?? String(answer.status), told.detail ?? "", told.problems ?? []);
}

export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await send(path, { signal })).json()) as T;
}

export async function post<T>(path: string, sent: Omit<Sent, "method">): Promise<{ body: T; location: string }> {
  const answer = await send(path, { ...sent, method: "POST" });
  return { body: (await answer.json()) as T, location: answer.headers.get("Location") ?? "" };
}

export async function bytesOf(path: string): Promise<ArrayBuffer> {
  return (await send(path, {})).arrayBuffer();
}

/** Saves what a path gives as a file. */
export async function save(path: string, name: string): Promise<void> {
  const answer = await send(path, {});
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A path with its parameters; those that are empty are left out. */
export function withQuery(path: string, parameters: Record<string, string | number | undefined | null>): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length > 0 ? `${path}?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}` : path;
}
