// How each kind of zone is drawn: one table for the map and its legend. Unit colours follow the maps of 三线一单.
import type { Word } from "./language";
import type { Layer } from "./shapes";

export interface Paint { stroke: string; fill: string; width: number; dash?: number[]; hatch?: boolean }

const UNIT: Record<string, Paint> = {
  priority_protection: { stroke: "#3f8a5b", fill: "rgba(117,184,137,0.34)", width: 1 },
  key_control: { stroke: "#b8655c", fill: "rgba(226,148,132,0.30)", width: 1 },
  general_control: { stroke: "#b79a3e", fill: "rgba(244,223,143,0.32)", width: 1 },
};
const KIND: Record<string, Paint> = {
  control_unit: UNIT.general_control,
  extent: { stroke: "#8b95a0", fill: "rgba(0,0,0,0)", width: 1, dash: [2, 4] },
  admin: { stroke: "#59636e", fill: "rgba(0,0,0,0)", width: 1.6, dash: [10, 3, 2, 3] },
  ecological_redline: { stroke: "#c0272d", fill: "rgba(192,39,45,0.10)", width: 1.8, hatch: true },
  nature_reserve_core: { stroke: "#14532d", fill: "rgba(20,83,45,0.30)", width: 1.4 },
  nature_reserve_general: { stroke: "#2f7d4d", fill: "rgba(47,125,77,0.20)", width: 1.2 },
  wetland_national: { stroke: "#0f766e", fill: "rgba(15,118,110,0.28)", width: 1.2 },
  wetland_general: { stroke: "#2a9d8f", fill: "rgba(42,157,143,0.20)", width: 1.2 },
  yangtze_main_stem: { stroke: "#1560a8", fill: "rgba(0,0,0,0)", width: 2.6 },
  yangtze_tributary: { stroke: "#3b8dd1", fill: "rgba(0,0,0,0)", width: 1.8 },
  drinking_water_1: { stroke: "#0b4f9e", fill: "rgba(11,79,158,0.38)", width: 1.4 },
  drinking_water_2: { stroke: "#2f74c0", fill: "rgba(47,116,192,0.26)", width: 1.2 },
  drinking_water_quasi: { stroke: "#6ea3d8", fill: "rgba(110,163,216,0.20)", width: 1.2 },
  yangtze_river_management: { stroke: "#5c9bd1", fill: "rgba(122,180,224,0.26)", width: 1 },
  river_lake_management: { stroke: "#7aaed6", fill: "rgba(122,180,224,0.20)", width: 1 },
  flood_detention: { stroke: "#4c6fa5", fill: "rgba(76,111,165,0.14)", width: 1.2, dash: [6, 4] },
  permanent_farmland: { stroke: "#a67c00", fill: "rgba(226,182,42,0.32)", width: 1 },
  chemical_park: { stroke: "#6b3fa0", fill: "rgba(107,63,160,0.20)", width: 1.6 },
  industrial_park: { stroke: "#8a5fb5", fill: "rgba(138,95,181,0.16)", width: 1.6 },
  built_up_area: { stroke: "#8a6d5a", fill: "rgba(176,140,116,0.26)", width: 1 },
  residential: { stroke: "#9a5b3c", fill: "rgba(193,120,84,0.36)", width: 1 },
  school: { stroke: "#b45309", fill: "rgba(217,119,6,0.42)", width: 1.2 },
  hospital: { stroke: "#be185d", fill: "rgba(190,24,93,0.34)", width: 1.2 },
  noise_sensitive_area: { stroke: "#7c6f9b", fill: "rgba(124,111,155,0.20)", width: 1, dash: [4, 3] },
  fuel_ban_zone: { stroke: "#64748b", fill: "rgba(100,116,139,0.16)", width: 1.2, dash: [8, 4] },
  air_key_region: { stroke: "#7d8ba1", fill: "rgba(125,139,161,0.12)", width: 1.6, dash: [8, 4] },
};
const OTHER: Paint = { stroke: "#6b7280", fill: "rgba(107,114,128,0.14)", width: 1.2 };

export const GROUPS = ["units", "nature", "water", "town", "air", "frame", "other"] as const;
export type Group = (typeof GROUPS)[number];
const WATER = /^(yangtze|yellow_river|river|drinking|flood|taihu|huaihe|groundwater|sea|marine|karst)/;
const NATURE = /(redline|reserve|wetland|farmland|park_core|park_general|natural_park|forest|grass|habitat|germplasm|scenic|heritage|ecolog|biodiversity|soil|desert)/;

export function groupOf(layer: Layer): Group {
  if (layer.use === "units") return "units";
  if (layer.use === "admin" || layer.use === "extent" || layer.kind.startsWith("basin_")) return "frame";
  if (WATER.test(layer.kind)) return "water";
  if (/^(chemical_park|industrial_park|built_up|residential|school|hospital|noise)/.test(layer.kind)) return "town";
  if (NATURE.test(layer.kind)) return "nature";
  return /^(air|fuel)/.test(layer.kind) ? "air" : "other";
}

/** Layers that are drawn at first: what most decisions hang on. */
export function shownAtFirst(layer: Layer): boolean {
  return ["control_unit", "ecological_redline", "yangtze_main_stem", "yangtze_tributary", "drinking_water_1", "chemical_park", "industrial_park"].includes(layer.kind)
    || layer.use === "admin" || layer.use === "units";
}

export function paintOf(kind: string, unitClass?: string | null): Paint {
  return (unitClass && UNIT[unitClass]) || KIND[kind] || OTHER;
}
export const UNIT_CLASSES = ["priority_protection", "key_control", "general_control"] as const;
export const GROUP_WORD: Record<Group, Word> = {
  units: "group_units", nature: "group_nature", water: "group_water", town: "group_town", air: "group_air",
  frame: "group_frame", other: "group_other",
};
