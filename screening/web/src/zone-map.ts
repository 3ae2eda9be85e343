// The map: zones of the atlas, the site, what a ground rests on. Places come and go as CGCS2000 degrees (EPSG:4490);
// it is drawn in web Mercator, which keeps shapes true and is the scheme of the vector tiles and of 天地图's w matrix.
import Feature, { type FeatureLike } from "ol/Feature";
import OlMap from "ol/Map";
import TileState from "ol/TileState";
import VectorTile from "ol/VectorTile";
import View from "ol/View";
import { defaults as defaultControls, ScaleLine } from "ol/control";
import { createEmpty, extend, isEmpty, type Extent } from "ol/extent";
import GeoJSON from "ol/format/GeoJSON";
import MVT from "ol/format/MVT";
import { LineString, MultiPoint, Point, type Geometry as OlGeometry } from "ol/geom";
import { fromExtent } from "ol/geom/Polygon";
import { Draw, Modify, Translate, defaults as defaultInteractions } from "ol/interaction";
import { createBox } from "ol/interaction/Draw";
import TileLayer from "ol/layer/Tile";
import VectorLayer from "ol/layer/Vector";
import VectorTileLayer from "ol/layer/VectorTile";
import { addEquivalentProjections, addEquivalentTransforms, get as projection, transformExtent } from "ol/proj";
import Projection from "ol/proj/Projection";
import { fromEPSG4326, toEPSG4326 } from "ol/proj/epsg3857";
import { getArea } from "ol/sphere";
import RenderFeature from "ol/render/Feature";
import VectorSource from "ol/source/Vector";
import VectorTileSource from "ol/source/VectorTile";
import WMTS from "ol/source/WMTS";
import { Circle, Fill, Stroke, Style, Text } from "ol/style";
import WMTSTileGrid from "ol/tilegrid/WMTS";
import { paintOf, type Paint } from "./colours";
import type { Geometry, Layer, Layers, Place, SitePlace } from "./shapes";

const CGCS2000 = "EPSG:4490";
const DRAWN = "EPSG:3857";
const TILED_OVER = 2000;
const degrees = new Projection({ code: CGCS2000, units: "degrees", extent: [-180, -90, 180, 90], axisOrientation: "enu", global: true });
addEquivalentProjections([projection("EPSG:4326")!, degrees]);
addEquivalentTransforms([degrees], [projection(DRAWN)!], fromEPSG4326, toEPSG4326);
const geojson = new GeoJSON({ dataProjection: CGCS2000, featureProjection: DRAWN });

export type DrawKind = "polygon" | "box" | "point";
/** What a ground rests on: layers by kind, and control units by code. */
export interface Highlight { kinds: string[]; units: string[] }
export interface MapCallbacks {
  drawn: (geometry: Geometry) => void;
  cancelled: () => void;
  features: (kind: string) => Promise<unknown>;
  bytes: (path: string) => Promise<ArrayBuffer>;
  distance: (least: number, most: number) => string;
}

function hatch(colour: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.55;
  pen.lineWidth = 1.1;
  for (const shift of [-8, 0, 8]) { pen.beginPath(); pen.moveTo(shift, 8); pen.lineTo(shift + 8, 0); pen.stroke(); }
  return pen.createPattern(tile, "repeat") ?? colour;
}

function styleOf(paint: Paint): Style[] {
  const stroke = new Stroke({ color: paint.stroke, width: paint.width, lineDash: paint.dash });
  const styles = [new Style({ stroke, fill: new Fill({ color: paint.fill }) })];
  if (paint.hatch) styles.push(new Style({ fill: new Fill({ color: hatch(paint.stroke) as unknown as string }) }));
  return styles;
}

const HALO = new Stroke({ color: "rgba(255,255,255,0.95)", width: 4 });
const FONT = '600 13px "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';
const SITE = [
  new Style({ stroke: new Stroke({ color: "#fff", width: 6 }), fill: new Fill({ color: "rgba(14,58,74,0.12)" }) }),
  new Style({
    stroke: new Stroke({ color: "#0b2f3d", width: 2.6 }),
    image: new Circle({ radius: 7, fill: new Fill({ color: "#0b2f3d" }), stroke: new Stroke({ color: "#fff", width: 2.5 }) }),
  }),
];
const HANDLES = new Style({
  image: new Circle({ radius: 5.5, fill: new Fill({ color: "#f2b84b" }), stroke: new Stroke({ color: "#0b2f3d", width: 1.6 }) }),
  geometry: (feature) => {
    const geometry = feature.getGeometry();
    if (!geometry || !("getType" in geometry)) return undefined;
    const found = geometry as OlGeometry & { getCoordinates: () => number[][][] };
    return geometry.getType() === "Polygon" ? new MultiPoint(found.getCoordinates()[0]) : undefined;
  },
});

const LIT = [
  new Style({ stroke: new Stroke({ color: "#fff", width: 6 }), zIndex: 1 }),
  new Style({ stroke: new Stroke({ color: "#b3261e", width: 3 }), fill: new Fill({ color: "rgba(179,38,30,0.10)" }), zIndex: 2 }),
];
const NEAREST = new Style({
  image: new Circle({ radius: 5, fill: new Fill({ color: "#b3261e" }), stroke: new Stroke({ color: "#fff", width: 2 }) }), zIndex: 9,
});
/** The line of a distance, with its length along it. */
function measured(length: string): Style[] {
  return [
    new Style({ stroke: new Stroke({ color: "#fff", width: 6 }), zIndex: 7 }),
    new Style({
      zIndex: 8,
      stroke: new Stroke({ color: "#b3261e", width: 2.4, lineDash: [7, 5] }),
      text: new Text({
        text: length, placement: "line", font: FONT, overflow: true, textBaseline: "bottom", offsetY: -6,
        fill: new Fill({ color: "#8c1d18" }), stroke: HALO,
      }),
    }),
  ];
}

export class ZoneMap {
  private readonly map: OlMap;
  private readonly site = new VectorSource();
  private readonly siteLayer: VectorLayer;
  private readonly grounds = new VectorSource();
  private readonly candidates = new VectorSource();
  private readonly layers = new Map<string, VectorLayer | VectorTileLayer>();
  private drawing: Draw | undefined;
  private moving: Translate | Modify | undefined;
  private whole: Extent | undefined;
  private known: Layer[] = [];
  private lit = new Set<string>();
  private turn = 0;

  constructor(target: HTMLElement, private readonly callbacks: MapCallbacks, tianditu: string) {
    this.siteLayer = new VectorLayer({ source: this.site, style: SITE, zIndex: 900 });
    this.map = new OlMap({
      target,
      controls: defaultControls({ zoom: false, rotate: false, attribution: tianditu !== "" }).extend([new ScaleLine({ minWidth: 90 })]),
      // A double click ends a polygon; it must not zoom as well.
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false }),
      view: new View({ projection: DRAWN, center: [0, 0], zoom: 3, maxZoom: 19, constrainResolution: false }),
      layers: [
        ...this.base(tianditu),
        new VectorLayer({ source: this.grounds, zIndex: 800 }),
        new VectorLayer({ source: this.candidates, zIndex: 850 }),
        this.siteLayer,
      ],
    });
    // Where the map looks, for those who drive the page by program: centre in metres, metres a pixel.
    this.map.on("moveend", () => {
      const view = this.map.getView();
      target.dataset.view = [...(view.getCenter() ?? []), view.getResolution() ?? 0].join(" ");
    });
    target.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.drawing) { this.stopDrawing(); this.callbacks.cancelled(); }
    });
  }

  /** 天地图 as the bottom layer where a key is configured: map and labels by WMTS. */
  private base(key: string): TileLayer[] {
    if (!key) return [];
    const size = 40075016.68557849 / 256;
    const levels = Array.from({ length: 18 }, (_, level) => level + 1);
    const grid = new WMTSTileGrid({
      origin: [-20037508.342789244, 20037508.342789244],
      resolutions: levels.map((level) => size / 2 ** level),
      matrixIds: levels.map(String),
    });
    return ["vec", "cva"].map((layer, at) => new TileLayer({
      zIndex: at,
      opacity: 0.85,
      source: new WMTS({
        url: `https://t{0-7}.tianditu.gov.cn/${layer}_w/wmts?tk=${encodeURIComponent(key)}`,
        layer, matrixSet: "w", format: "tiles", style: "default", projection: DRAWN, tileGrid: grid, wrapX: true,
        attributions: "天地图",
      }),
    }));
  }

  dispose(): void { this.map.setTarget(undefined); this.map.dispose(); }
  resized(): void { this.map.updateSize(); }

  /** The layers there are; the first view is of the control units, or of all. */
  know({ layers, bounds }: Layers): void {
    this.known = layers;
    const first = layers.find((layer) => layer.use === "units")?.bounds ?? bounds;
    if (!first) return;
    this.whole = transformExtent(first, CGCS2000, DRAWN);
    this.map.getView().fit(this.whole, { padding: this.padding(24) });
  }
  fitWhole(): void { if (this.whole) this.map.getView().fit(this.whole, { padding: this.padding(24), duration: this.pace() }); }
  /** Room around what is shown; more on the right where the list of layers lies. */
  private padding(least: number): number[] {
    const [width, height] = this.map.getSize() ?? [600, 400];
    const pad = Math.min(least, width / 6, height / 6);
    const list = this.map.getTargetElement()?.parentElement?.querySelector<HTMLElement>("details.layers[open]");
    const right = list && width > 700 ? list.offsetWidth + 24 : 0;
    return [pad, pad + right, pad, pad + (width > 700 ? 40 : 0)];
  }
  zoom(by: number): void {
    const view = this.map.getView();
    view.animate({ zoom: (view.getZoom() ?? 8) + by, duration: this.pace() });
  }
  private pace(): number { return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 280; }

  // ---- zones -------------------------------------------------------------------------------------------------------
  async show(layer: Layer, on: boolean, order: number): Promise<void> {
    let found = this.layers.get(layer.id);
    if (!found && on) {
      found = layer.features > TILED_OVER ? this.tiled(layer) : new VectorLayer({ source: new VectorSource(), style: zoneStyle });
      // What covers most lies lowest, so that small zones stay visible.
      found.setZIndex(layer.use === "units" ? 10 : layer.use === "line" ? 400 : layer.use === "area" ? 100 + order : 500);
      this.layers.set(layer.id, found);
      this.map.addLayer(found);
      if (found instanceof VectorLayer) found.getSource()!.addFeatures(await this.featuresOf(layer));
    }
    found?.setVisible(on);
  }

  private async featuresOf(layer: Layer): Promise<Feature[]> {
    const features = geojson.readFeatures((await this.callbacks.features(layer.kind)) as object) as Feature[];
    return features.filter((feature) => feature.get("layer") === layer.id);
  }

  private tiled(layer: Layer): VectorTileLayer {
    const format = new MVT();
    const source = new VectorTileSource({
      format,
      // The hash in the address lets a browser keep a tile for good.
      url: `/v1/zones/tiles/${encodeURIComponent(layer.id)}/{z}/{x}/{y}.mvt?v=${layer.hash}`,
      maxZoom: 14,
      tileLoadFunction: (tile, url) => {
        const drawn = tile as VectorTile<RenderFeature>;
        drawn.setLoader((extent, _resolution, featureProjection) => {
          this.callbacks.bytes(url).then(
            (bytes) => drawn.setFeatures(bytes.byteLength > 0 ? (format.readFeatures(bytes, { extent, featureProjection }) as RenderFeature[]) : []),
            () => drawn.setState(TileState.ERROR),
          );
        });
      },
    });
    const style = (feature: FeatureLike): Style[] =>
      this.lit.has(String(feature.get("code"))) ? LIT : cached(String(feature.get("kind") ?? layer.kind), feature.get("class"));
    return new VectorTileLayer({ source, style });
  }

  // ---- the site ----------------------------------------------------------------------------------------------------
  setSite(geometry: Geometry | null, fit = true): void {
    this.site.clear();
    if (!geometry) return;
    this.site.addFeature(new Feature(this.geometryOf(geometry)));
    if (fit) this.fitSite();
  }
  siteArea(): number {
    return this.site.getFeatures().reduce((sum, feature) => {
      const geometry = feature.getGeometry();
      return sum + (geometry && /Polygon$/.test(geometry.getType()) ? getArea(geometry, { projection: DRAWN }) : 0);
    }, 0);
  }
  fitSite(): void { this.fit(this.siteExtent(), 14.2, 140); }
  private siteExtent(): Extent { return this.site.getExtent() ?? createEmpty(); }
  private geometryOf(geometry: Geometry): OlGeometry { return geojson.readGeometry(geometry) as OlGeometry; }

  draw(kind: DrawKind): void {
    this.stopDrawing();
    this.stopMoving();
    this.drawing = kind === "box"
      ? new Draw({ type: "Circle", geometryFunction: createBox() })
      : new Draw({ type: kind === "point" ? "Point" : "Polygon" });
    this.drawing.on("drawend", (event) => {
      const geometry = event.feature.getGeometry();
      this.stopDrawing();
      if (geometry) this.callbacks.drawn(this.plain(geometry));
    });
    this.map.addInteraction(this.drawing);
    this.map.getTargetElement()?.classList.add("drawing");
  }
  stopDrawing(): void {
    if (this.drawing) this.map.removeInteraction(this.drawing);
    this.drawing = undefined;
    this.map.getTargetElement()?.classList.remove("drawing");
  }

  /** Lets the site be dragged as a whole, or its corners one by one. */
  move(what: "move" | "reshape"): void {
    this.stopDrawing();
    this.stopMoving();
    const ended = (): void => {
      const geometry = this.site.getFeatures()[0]?.getGeometry();
      if (geometry) this.callbacks.drawn(this.plain(geometry));
    };
    if (what === "move") {
      const whole = new Translate({ layers: [this.siteLayer], hitTolerance: 14 });
      whole.on("translateend", ended);
      this.moving = whole;
    } else {
      this.siteLayer.setStyle([...SITE, HANDLES]);
      const corners = new Modify({ source: this.site, pixelTolerance: 14 });
      corners.on("modifyend", ended);
      this.moving = corners;
    }
    this.map.addInteraction(this.moving);
    this.map.getTargetElement()?.classList.add("moving");
  }
  stopMoving(): void {
    if (this.moving) this.map.removeInteraction(this.moving);
    this.moving = undefined;
    this.map.getTargetElement()?.classList.remove("moving");
    this.siteLayer.setStyle(SITE);
  }
  private plain(geometry: OlGeometry): Geometry {
    return JSON.parse(geojson.writeGeometry(geometry, { decimals: 7, rightHanded: true })) as Geometry;
  }

  /** The places a site file may mean, numbered; the chosen one is the site itself. */
  setCandidates(places: SitePlace[]): void {
    this.candidates.clear();
    places.forEach((place, at) => {
      const feature = new Feature(this.geometryOf(place.geometry));
      feature.setStyle(new Style({
        stroke: new Stroke({ color: "#8a4b00", width: 2, lineDash: [6, 4] }),
        fill: new Fill({ color: "rgba(242,184,75,0.2)" }),
        image: new Circle({ radius: 6, fill: new Fill({ color: "#f2b84b" }), stroke: new Stroke({ color: "#8a4b00", width: 1.5 }) }),
        text: new Text({ text: String(at + 1), font: FONT, fill: new Fill({ color: "#5f3400" }), stroke: HALO }),
      }));
      this.candidates.addFeature(feature);
    });
    if (places.length > 1) this.fit(this.candidates.getExtent() ?? createEmpty(), 15, 60);
  }

  // ---- grounds -----------------------------------------------------------------------------------------------------
  /** Draws what a ground rests on: the zones and units it names, and the line to the nearest point of each. */
  async highlight(wanted: Highlight | null, place: Place | undefined): Promise<void> {
    const turn = ++this.turn;
    this.grounds.clear();
    this.lit = new Set(wanted?.units);
    for (const layer of this.layers.values()) if (layer instanceof VectorTileLayer) layer.changed();
    if (!wanted || !place) return;
    const extent = createEmpty();
    extend(extent, this.siteExtent());
    const named = new Set<string>();
    for (const one of place.areas ?? []) if (one.kind && wanted.kinds.includes(one.kind)) named.add(`${one.layer}/${one.name}`);
    for (const found of place.distances ?? []) {
      if (!wanted.kinds.includes(found.kind) || !found.nearest) continue;
      named.add(`${found.layer}/${found.name}`);
      const end = new Point([Number(found.nearest[0]), Number(found.nearest[1])]).transform(CGCS2000, DRAWN) as Point;
      const start = this.siteEdge(end.getCoordinates());
      if (!start) continue;
      const line = new Feature(new LineString([start, end.getCoordinates()]));
      const [lo, hi] = found.metres.map(Number);
      line.setStyle(measured(this.callbacks.distance(lo, hi)));
      const dot = new Feature(end);
      dot.setStyle(NEAREST);
      this.grounds.addFeatures([line, dot]);
      extend(extent, line.getGeometry()!.getExtent());
    }
    this.fit(extent, 15.5, 80);
    for (const layer of this.known) {
      const there = layer.use === "units" ? wanted.units.length > 0 : [...named].some((name) => name.startsWith(`${layer.id}/`));
      if (!there || layer.features > TILED_OVER) continue;
      const features = await this.featuresOf(layer);
      if (turn !== this.turn) return;
      for (const feature of features) {
        const geometry = feature.getGeometry();
        if (!geometry || !(this.lit.has(String(feature.get("code"))) || named.has(`${layer.id}/${feature.get("name")}`))) continue;
        const copy = new Feature(geometry.clone());
        copy.setStyle(LIT);
        this.grounds.addFeature(copy);
        // A river or a province would shrink the site to nothing: only what is small is brought into view whole.
        const box = geometry.getExtent();
        if (box[2] - box[0] < 40_000 && layer.use !== "line") extend(extent, box);
      }
    }
    this.fit(extent, 15.5, 80);
  }

  private siteEdge(towards: number[]): number[] | undefined {
    return this.site.getFeatures()[0]?.getGeometry()?.getClosestPoint(towards);
  }

  private fit(extent: Extent, maxZoom: number, padding: number): void {
    if (isEmpty(extent)) return;
    const box = extent[0] === extent[2] ? fromExtent(extent).getExtent() : extent;
    this.map.getView().fit(box, { padding: this.padding(padding), maxZoom, duration: this.pace() });
  }
}

const styles = new Map<string, Style[]>();
function cached(kind: string, unitClass: string | null | undefined): Style[] {
  const key = `${kind}/${unitClass ?? ""}`;
  let found = styles.get(key);
  if (!found) { found = styleOf(paintOf(kind, unitClass)); styles.set(key, found); }
  return found;
}
function zoneStyle(feature: { get: (key: string) => unknown }): Style[] {
  return cached(String(feature.get("kind")), feature.get("class") as string | null);
}
