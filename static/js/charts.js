// Draws what the page says in data: <div data-chart="trend" data-source="id of a JSON block">.
// Colours come from the style sheet, so that light, dark and a workspace's accent need nothing here.

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const night = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");
const MINUS = "\u2212";

function colour(name, probe) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

function palette() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const found = {};
  for (const name of ["accent", "band", "line", "surface", "edge", "ink", "ink-2", "ink-3"]) {
    found[name] = colour(name, probe);
  }
  found.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return found;
}

const signed = (value) => (value < 0 ? `${MINUS}${-value}` : `${value}`);
const inUnit = (sign) => (value) => `${signed(value)}${sign}`;

// Round ends around what is drawn, at least a fifth of the scale apart, never past its ends.
function extent(data) {
  const [low, high] = data.ends;
  const known = [...data.lower, ...data.upper, ...data.estimate].filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const steps = high - low > 20 ? [10, 20, 50] : [0.2, 0.5, 1, 2];
  const step = steps.find((size) => most - least <= size * 5) || steps.at(-1);
  const round = (value) => Math.round(value * 10) / 10;
  let [min, max] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  while (max - min < Math.min(high - low, 4 * steps[0])) {
    if (max < high) max += step;
    else min -= step;
  }
  return { min: round(Math.max(low, min)), max: round(Math.min(high, max)), interval: step };
}

// A stretch without neighbours has no area to fill: its interval is drawn as a bar.
function lone(data) {
  const known = (index) => data.estimate[index] !== null && data.estimate[index] !== undefined;
  return data.estimate
    .map((value, index) => (known(index) && !known(index - 1) && !known(index + 1) ? [index, data.lower[index], data.upper[index]] : null))
    .filter(Boolean);
}

function bar(params, api) {
  const [x, low] = api.coord([api.value(0), api.value(1)]);
  const high = api.coord([api.value(0), api.value(2)])[1];
  return { type: "rect", shape: { x: x - 4, y: high, width: 8, height: low - high }, style: { fill: api.visual("color") } };
}

function marks(data, tone) {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: tone["ink-3"], type: "dashed", width: 1 },
    label: { color: tone["ink-2"], formatter: (mark) => mark.name, position: "end", fontFamily: tone.font },
    data: data.marks.map((mark) => ({ name: mark.text, xAxis: mark.at })),
  };
}

function trend(data, tone) {
  const band = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", silent: true, lineStyle: { width: 0 } };
  const width = data.upper.map((value, index) => (value === null || data.lower[index] === null ? null : value - data.lower[index]));
  const text = { color: tone["ink-3"], fontFamily: tone.font, fontSize: 12 };
  const unfinished = { symbol: "diamond", symbolSize: 9, itemStyle: { borderColor: tone["ink-3"] } };
  return {
    animation: !reduced.matches && !paper.matches,
    animationDuration: 250,
    textStyle: { fontFamily: tone.font },
    grid: { left: 8, right: 28, top: data.marks.length ? 32 : 14, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      shadowBlur: 0,
      shadowOffsetX: 0,
      shadowOffsetY: 0,
      backgroundColor: tone.surface,
      borderColor: tone.edge,
      textStyle: { color: tone.ink, fontFamily: tone.font, fontSize: 13, lineHeight: 20 },
      axisPointer: { lineStyle: { color: tone.edge } },
      formatter: (points) => data.tips[points[0].dataIndex],
    },
    xAxis: {
      type: "category",
      data: data.labels,
      boundaryGap: data.labels.length < 3,
      axisLine: { lineStyle: { color: tone.line } },
      axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true, margin: 12 },
    },
    yAxis: {
      type: "value",
      ...extent(data),
      axisLabel: { ...text, formatter: inUnit(data.sign) },
      splitLine: { lineStyle: { color: tone.line } },
    },
    series: [
      { ...band, data: data.lower },
      { ...band, data: width, areaStyle: { color: tone.band, opacity: 1 } },
      { type: "custom", silent: true, renderItem: bar, data: lone(data), itemStyle: { color: tone.band }, tooltip: { show: false } },
      {
        type: "line",
        name: "score",
        data: data.estimate.map((value, index) => (data.complete[index] ? value : { value, ...unfinished })),
        symbol: "circle",
        symbolSize: 7,
        showAllSymbol: data.labels.length <= 40,
        showSymbol: data.labels.length <= 40 || lone(data).length > 0,
        lineStyle: { color: tone.accent, width: 2.25, join: "round" },
        itemStyle: { color: tone.surface, borderColor: tone.accent, borderWidth: 2 },
        emphasis: { disabled: true },
        markLine: marks(data, tone),
      },
    ],
  };
}

const kinds = { trend };

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.source).textContent);
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  const paint = () => {
    chart.setOption(kinds[place.dataset.chart](data, palette()), true);
    // the style sheet for print makes the drawing as wide as the paper
    place.querySelector("svg").setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  };
  paint();
  // a point leads where its row of the table does
  chart.on("click", { seriesName: "score" }, ({ dataIndex }) => {
    if (data.links[dataIndex]) location.assign(data.links[dataIndex]);
  });
  night.addEventListener("change", paint);
  paper.addEventListener("change", paint);
  new ResizeObserver(() => {
    chart.resize();
    paint();
  }).observe(place);
}

for (const place of document.querySelectorAll("[data-chart]")) draw(place);
