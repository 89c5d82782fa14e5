"use strict";
// Curves of the measurements, drawn with uPlot; all share time, zoom and the replay's playhead.
const Plots = (() => {
  const HEIGHT = 210;

  function style(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function drawBounds(chart, bounds) {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = style("--bad");
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    for (const bound of bounds) {
      const y = Math.round(chart.valToPos(bound.value, "y", true));
      if (y < bbox.top - 1 || y > bbox.top + bbox.height + 1) continue;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.textAlign = "right";
      const above = y - bbox.top > 18 * devicePixelRatio;
      ctx.textBaseline = above ? "bottom" : "top";
      ctx.fillText(bound.label, bbox.left + bbox.width - 4, y + (above ? -2 : 3) * devicePixelRatio);
    }
    ctx.restore();
  }

  function drawPhases(chart, timeline) {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = style("--line");
    ctx.lineWidth = devicePixelRatio;
    for (const span of timeline) {
      const x = Math.round(chart.valToPos(span.start_s, "x", true)) + 0.5;
      if (x <= bbox.left || x >= bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  // From the first trigger of each stop until the robot is free again; darker lines where a new rung begins.
  function drawStops(chart, stops) {
    const { ctx, bbox } = chart;
    const place = (time) => Math.min(Math.max(chart.valToPos(time, "x", true), bbox.left), bbox.left + bbox.width);
    ctx.save();
    for (const stop of stops) {
      const left = place(stop.start_s);
      const right = stop.end_s === null ? bbox.left + bbox.width : place(stop.end_s);
      ctx.globalAlpha = 0.13;
      ctx.fillStyle = style("--bad");
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.globalAlpha = 0.5;
      for (const span of stop.rungs) {
        const x = place(span.start_s);
        if (x > bbox.left && x < bbox.left + bbox.width) ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
      }
    }
    ctx.restore();
  }

  // Range of the y axis: all numbers and all bounds, with a little air.
  function valueRange(plot) {
    const values = plot.bounds.map((bound) => bound.value);
    let low = values.length ? Math.min(...values) : Infinity;
    let high = values.length ? Math.max(...values) : -Infinity;
    for (const curve of plot.curves)
      for (const value of curve.values) {
        if (value === null) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    if (low > high) return [0, 1];
    const air = 0.08 * (high - low) || 0.5;
    return [low >= 0 ? 0 : low - air, high + air];
  }

  function makeOptions(plot, report, width) {
    const axis = { stroke: style("--soft"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line") } };
    const [low, high] = valueRange(plot);
    const digits = Math.max(0, 2 - Math.floor(Math.log10(high - low)));
    return {
      width,
      height: HEIGHT,
      cursor: { sync: { key: "time" }, points: { size: 6 } },
      scales: { x: { time: false }, y: { range: () => [low, high] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} s`), size: 34 },
        { ...axis, size: 52 },
      ],
      series: [
        { label: "time", value: (_, time) => (time === null ? "–" : `${time.toFixed(2)} s`) },
        ...plot.curves.map((curve, index) => ({
          label: curve.label,
          stroke: style(`--curve-${index + 1}`),
          width: 1.4,
          points: { show: false },
          value: (_, value) => (value === null || value === undefined ? "–" : `${value.toFixed(digits)} ${plot.unit}`),
        })),
      ],
      hooks: {
        drawClear: [(chart) => drawPhases(chart, report.timeline), (chart) => drawStops(chart, report.stops)],
        draw: [(chart) => drawBounds(chart, plot.bounds)],
      },
    };
  }

  function addPlayhead(chart, seek) {
    const line = document.createElement("div");
    line.className = "playhead";
    chart.over.appendChild(line);
    let pressed = 0;
    chart.over.addEventListener("pointerdown", (event) => (pressed = event.clientX));
    chart.over.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - pressed) < 4)
        seek(chart.posToVal(event.clientX - chart.over.getBoundingClientRect().left, "x"));
    });
    return line;
  }

  // Draws every plot of the report; returns what moves the playhead to a time.
  function draw(report, seek) {
    let charts = [];
    let now = 0;
    const place = ({ chart, line }) => {
      chart.setLegend({ idx: chart.valToIdx(now) });
      const x = chart.valToPos(now, "x");
      line.style.left = `${x}px`;
      line.style.display = x < 0 || x > chart.over.clientWidth ? "none" : "";
    };
    const build = () => {
      for (const { chart } of charts) chart.destroy();
      charts = report.plots.map((plot) => {
        const element = document.getElementById(`plot-${plot.key}`);
        const options = makeOptions(plot, report, element.clientWidth);
        const chart = new uPlot(options, [plot.times, ...plot.curves.map((curve) => curve.values)], element);
        const entry = { chart, element, line: addPlayhead(chart, seek) };
        chart.hooks.setScale = [...(chart.hooks.setScale || []), () => place(entry)];
        return entry;
      });
      charts.forEach(place);
    };
    build();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", build);
    addEventListener("resize", () => {
      for (const entry of charts) {
        entry.chart.setSize({ width: entry.element.clientWidth, height: HEIGHT });
        place(entry);
      }
    });
    return (time) => {
      now = time;
      charts.forEach(place);
    };
  }

  return { draw };
})();
