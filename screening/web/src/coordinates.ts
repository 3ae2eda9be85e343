// Coordinates as people paste them, and as the page writes them back: CGCS2000 longitude and latitude in degrees.
import type { Geometry } from "./shapes";

type Point = [number, number];

/** A geometry of pasted text: GeoJSON, or a "longitude, latitude" a line. Undefined where it is neither: a file then. */
export function geometryOfText(text: string): Geometry | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return geometryOfJson(trimmed);
  const rows = trimmed.split(/[\n;；]+/).map((row) => row.trim()).filter(Boolean);
  const points: Point[] = [];
  for (const row of rows) {
    const numbers = row.replace(/[°，,\t]/g, " ").trim().split(/\s+/);
    if (numbers.length !== 2) return undefined;
    const [first, second] = numbers.map(Number);
    if (!Number.isFinite(first) || !Number.isFinite(second)) return undefined;
    if (Math.abs(first) > 180 || Math.abs(second) > 90) return undefined;
    points.push([first, second]);
  }
  if (points.length === 0) return undefined;
  if (points.length === 1) return { type: "Point", coordinates: points[0] };
  if (points.length === 2) return { type: "LineString", coordinates: points };
  const [start, end] = [points[0], points[points.length - 1]];
  if (start[0] !== end[0] || start[1] !== end[1]) points.push([...start]);
  return { type: "Polygon", coordinates: [points] };
}

function geometryOfJson(text: string): Geometry | undefined {
  try {
    const found = JSON.parse(text);
    if (found.type === "Feature") return found.geometry ?? undefined;
    if (found.type === "FeatureCollection") return found.features?.length === 1 ? found.features[0].geometry : undefined;
    return "coordinates" in found ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A ring or a point as lines to edit; anything else as GeoJSON. Seven decimals of a degree are about a centimetre. */
export function textOfGeometry(geometry: Geometry): string {
  const line = (point: Point): string => `${trim(point[0])}, ${trim(point[1])}`;
  if (geometry.type === "Point") return line(geometry.coordinates as Point);
  if (geometry.type === "LineString") return (geometry.coordinates as Point[]).map(line).join("\n");
  if (geometry.type === "Polygon" && (geometry.coordinates as Point[][]).length === 1)
    return (geometry.coordinates as Point[][])[0].slice(0, -1).map(line).join("\n");
  return JSON.stringify(geometry);
}

export function rounded(geometry: Geometry): Geometry {
  const round = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(round) : typeof value === "number" ? Math.round(value * 1e7) / 1e7 : value;
  return { type: geometry.type, coordinates: round(geometry.coordinates) };
}

function trim(degrees: number): string {
  return String(Math.round(degrees * 1e7) / 1e7);
}
