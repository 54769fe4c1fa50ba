// A plot with the table behind it.

import uPlot from "./vendor/uPlot.esm.js";
import { make, t, table } from "./dom.js";

const STEPS = [1, 2, 5].flatMap((step) => [...Array(9).keys()].map((zeros) => step * 10 ** zeros)).toSorted((one, other) => one - other);

// `series` are {label, values, color}; `starts` are the periods' beginnings in the `zone` that they are counted in.
export function chart(caption, starts, series, shown, zone) {
  const holder = make("div", { className: "plot", role: "img", ariaLabel: caption });
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--soft").trim();
  const grid = { stroke: style.getPropertyValue("--line").trim(), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui" };
  const data = [starts.map((start) => Date.parse(start) / 1000), ...series.map((one) => one.values)];
  const options = {
    width: 600,
    height: 240,
    cursor: { y: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
    hooks: { ready: [lastPeriod], setCursor: [(one) => { if (one.cursor.idx === null) lastPeriod(one); }] },
    axes: [{ ...axis, space: 90, values: (_, moments) => moments.map((at) => shown(at * 1000)) }, { ...axis, size: 48, incrs: STEPS }],
    scales: { y: { range: (_, low, high) => [0, Math.max(high, 1)] } },
    series: [{ label: t.period, value: (_, at) => (at === null ? "" : shown(at * 1000)) }, ...series.map(({ label, color }) => ({ label, stroke: style.getPropertyValue(color).trim(), width: 2, points: { show: false } }))],
  };
  // The legend shows the last period while nothing else is pointed at.
  function lastPeriod(one) { one.setLegend({ idx: starts.length - 1 }, false); }
  let plot = null;
  new ResizeObserver(() => {
    const width = holder.clientWidth;
    if (!width) return;
    if (plot) plot.setSize({ width, height: 240 });
    else plot = new uPlot({ ...options, width }, data, holder);
  }).observe(holder);
  const columns = [{ label: t.period }, ...series.map(({ label }) => ({ label, isFigure: true }))];
  const rows = starts.map((start, place) => [shown(Date.parse(start)), ...series.map(({ values }) => String(values[place]))]).reverse();
  return make("figure", {}, holder, make("details", {}, make("summary", { textContent: t.as_table }), table(caption, columns, rows)));
}
