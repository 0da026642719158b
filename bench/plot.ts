/** One line of a plot: x and y, both above 0, x ascending. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const WIDTH = 430;
const HEIGHT = 380;
const LEFT = 50;
const TOP = 40;
const GAP = 45;
const LEGEND_LINE = 18;
/** Told apart by people who see no red or no green, too (Okabe, Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000"] as const;

/** Panels side by side, both axes logarithmic, as SVG: what grows in proportion is as steep as the dashed line. */
export function drawLogLog(panels: readonly Panel[]): string {
  const names = panels[0]?.series.map(({ name }) => name) ?? [];
  const width = panels.length * (LEFT + WIDTH + GAP);
  const height = TOP + HEIGHT + 40 + (names.length + 1) * LEGEND_LINE;
  const legend = [...names, "in proportion to the number of rules"].map((name, index) => {
    const y = TOP + HEIGHT + 48 + index * LEGEND_LINE;
    const stroke = index < names.length ? `stroke="${colourOf(index)}" stroke-width="2"` : DASHED;
    return `<path d="M${String(LEFT)} ${String(y - 4)}h24" ${stroke}/>${label(LEFT + 32, y, name)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...panels.flatMap((panel, index) => drawPanel(panel, index * (LEFT + WIDTH + GAP) + LEFT)),
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}

const DASHED = 'stroke="#999999" stroke-dasharray="4 4"';

function drawPanel({ title, series }: Panel, left: number): readonly string[] {
  const all = series.flatMap(({ points }) => points);
  const xs = axisOf(all.map(([x]) => x));
  const ys = axisOf(all.map(([, y]) => y));
  const x = (value: number): number => left + xs.share(value) * WIDTH;
  const y = (value: number): number => TOP + (1 - ys.share(value)) * HEIGHT;
  const place = (px: number, py: number): string => `${px.toFixed(1)} ${py.toFixed(1)}`;
  const decades = Math.min(Math.log10(xs.to / xs.from), Math.log10(ys.to / ys.from));
  return [
    label(left, TOP - 14, title, "font-weight='bold'"),
    ...xs.decades.map((value) => grid(`M${place(x(value), TOP)}v${String(HEIGHT)}`)),
    ...xs.decades.map((value) => label(x(value), TOP + HEIGHT + 18, tick(value), "text-anchor='middle'")),
    ...ys.decades.map((value) => grid(`M${place(left, y(value))}h${String(WIDTH)}`)),
    ...ys.decades.map((value) => label(left - 6, y(value) + 4, tick(value), "text-anchor='end'")),
    `<path d="M${place(x(xs.from), y(ys.from))}L${place(x(xs.from * 10 ** decades), y(ys.from * 10 ** decades))}" fill="none" ${DASHED}/>`,
    ...series.flatMap(({ points }, index) => {
      const places = points.map(([px, py]) => place(x(px), y(py)));
      const dots = points.map(([px, py]) => `<circle cx="${x(px).toFixed(1)}" cy="${y(py).toFixed(1)}" r="3"/>`);
      return [
        `<path d="M${places.join("L")}" fill="none" stroke="${colourOf(index)}" stroke-width="2"/>`,
        `<g fill="${colourOf(index)}">${dots.join("")}</g>`,
      ];
    }),
  ];
}

interface Axis {
  readonly from: number;
  readonly to: number;
  /** The powers of ten on it. */
  readonly decades: readonly number[];
  /** Where a value stands, from 0 to 1. */
  readonly share: (value: number) => number;
}

/** Whole decades around some values. */
function axisOf(values: readonly number[]): Axis {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return {
    from: 10 ** first,
    to: 10 ** last,
    decades: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)),
    share: (value) => (Math.log10(value) - first) / (last - first),
  };
}

function tick(value: number): string {
  return value < 1 ? String(Number(value.toPrecision(1))) : value.toFixed(0).replace(/(?<=\d)(?=(\d{3})+$)/g, " ");
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "black";
}

function grid(path: string): string {
  return `<path d="${path}" stroke="#dddddd"/>`;
}

function label(x: number, y: number, text: string, more = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${text}</text>`;
}
