// What the service sends and takes; the same shapes as in its OpenAPI document.
export type Outcome = "pass" | "review" | "reject";
export interface Words { zh: string; en: string }
export interface Geometry { type: string; coordinates: unknown }
export interface Site { geometry: Geometry; crs?: string; extent?: string }
export type Answer = string | number | boolean | string[];
export interface Application { id?: string; title?: string; project: Record<string, unknown>; site: Site }

export interface Ground { instrument: string; name: Words; number: string; clause: string; url: string }
export interface Finding {
  rule: string; jurisdiction: string; reason: string; outcome: Outcome; certain: boolean; title: Words; message: Words;
  remedy: Words; question: Words; grounds: Ground[]; needs: string[]; because: Words[]; checked: string;
}
export interface Need {
  fact: string; label: Words; question: Words; unit: string; supplied_by: string; rules: string[]; after: string[];
}
export interface PlaceArea {
  layer: string; kind?: string; name: string; code?: string; class?: string; certain: boolean;
  area_m2: [string, string]; share: [string, string];
}
export interface PlaceDistance { kind: string; layer: string; name: string; metres: [string, string]; nearest?: [string, string] }
export interface Place { areas?: PlaceArea[]; units?: PlaceArea[]; distances?: PlaceDistance[] }
export interface ClassRow { row: string; rule: string; state: string; reason: string; title: Words; because: Words[]; needs: string[] }
export interface ClassList {
  list: string; name: Words; number: string; state: string; because: Words; loaded: string; certain: boolean;
  in_force: { from: string | null; until: string | null }; rows: ClassRow[];
}
export interface ClassOf {
  label: Words; state: string; lists: ClassList[]; rules: { rule: string; state: string; title: Words; grounds: Ground[] }[];
}
export interface Requirement {
  rule: string; title: Words; state: string; checked: string; missing: string[];
  figures: { fact: string; label: Words; value: Words }[];
}
export interface Measure { measure: string; label: Words; media: string[]; state: string; because?: Words[]; requirements: Requirement[] }
export interface CoControl { measures: Measure[] }
export interface PossiblePlace {
  system: string; name: Words; why: Words; error_m: string; longitude: string; latitude: string; worked_out: boolean;
  outcome: Outcome; findings: Finding[]; place: Place;
}
export interface Decision {
  id: string; project: string; title: string; outcome: Outcome; outcome_words: Words; notice: Words; findings: Finding[];
  needs: Need[]; classes: Record<string, ClassOf>; co_control?: CoControl | null; place: Place; not_covered: Words[];
  warnings: Words[]; receipt: { as_of: string; engine: string; rulebook: string }; places?: PossiblePlace[];
}
export interface Question {
  fact: string; label: Words; question: Words; type: string; unit: string; found: Words; why: Words; known: Words;
  choices: Record<string, Words>; rules: string[]; after: string[]; outcome: Outcome | null; proved: boolean;
}
export interface Questions {
  outcome: Outcome; may_become: Outcome[]; questions: Question[]; perhaps: string[]; stays: Words[]; needless: string[];
  map_facts: string[];
}
export interface Layer {
  id: string; kind: string; use: string; title: Words; areal: boolean; features: number; tolerance_m: string; as_of: string;
  stale_after: string | null; source: Words; hash: string; bounds: [number, number, number, number] | null;
}
export interface Layers {
  atlas: string; title: Words; note: Words; invented: boolean; bounds: [number, number, number, number] | null; layers: Layer[];
}
export interface Sector { code: string; label: Words }
export interface SitePlace { system: string; name: Words; why: Words; error_m: string; geometry: Geometry; site: Site | null }
export interface SiteFile {
  form: string; layer: string; encoding: string; declared: string | null; kind: "point" | "line" | "polygon"; certain: boolean;
  site: Site | null; places: SitePlace[]; remarks: Words[];
}
export interface Override {
  id: string; at: string; officer: string; officer_name: string; outcome: Outcome; reason: string; authority: string;
  from_day: string; until_day: string;
}
export interface DecisionRecord {
  id: string; at: string; application: string | null; owner: string; actor: string; project: string; title: string;
  as_of: string; outcome: Outcome; counts: Outcome; override: Override | null; content: string; entry: number;
}
export interface Rule {
  id: string; title: Words; sentence: Words; message: Words; remedy: Words; question: Words; jurisdiction: string;
  effect: "reject" | "review" | "obligation" | "classify"; measure: string; checked: "text" | "secondary" | "memory";
  effective_from: string | null; effective_until: string | null; readings: string[]; not_encoded: string[]; grounds: Ground[];
}
export interface Rules { as_of: string; rulebook: string; total: number; rules: Rule[]; next: string | null }
export interface Fact { fact: string; type: string; unit: string; label: Words; choices: { word: string; label: Words }[] }
export interface Me { id: string; name: string; roles: string[]; method: string; acts: string[] }
