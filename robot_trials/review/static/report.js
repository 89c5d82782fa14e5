"use strict";
// Ties replay, timeline, plots and tables of the page to one moment in time.
(() => {
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const find = (name) => document.getElementById(name);
  const LABEL_SHARE = 0.08;
  let now = 0;
  let playing = false;
  let shown = 0;

  const movePlayhead = Plots.draw(report, (time) => seek(time));
  const player = report.replay ? Replay.make(report.replay, find("scene")) : null;

  function clampTime(time) {
    return Math.min(Math.max(time, 0), report.duration);
  }

  function seek(time) {
    now = clampTime(time);
    movePlayhead(now);
    if (!report.replay) return;
    find("scrub").value = now;
    find("clock").textContent = `${now.toFixed(1)} s`;
    const phase = report.timeline.find((span) => now >= span.start_s && now < span.end_s);
    find("stage-phase").textContent = phase ? phase.label : "";
    if (player) player.show(now);
  }

  function step(stamp) {
    if (!playing) return;
    const elapsed = Math.min(0.25, (stamp - shown) / 1000) * Number(find("speed").value);
    shown = stamp;
    seek(now + elapsed);
    if (now >= report.duration) setPlaying(false);
    else requestAnimationFrame(step);
  }

  function setPlaying(value) {
    playing = value;
    find("play").textContent = playing ? "❚❚" : "▶";
    find("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    if (!playing) return;
    if (now >= report.duration) now = 0;
    shown = performance.now();
    requestAnimationFrame(step);
  }

  function addPhases() {
    const track = find("phases");
    const share = (time) => `${(100 * time) / report.duration}%`;
    for (const span of report.timeline) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = span.end_s - span.start_s > LABEL_SHARE * report.duration ? span.label : "";
      button.setAttribute("aria-label", span.label);
      button.title = `${span.label}: ${span.start_s.toFixed(1)} s to ${span.end_s.toFixed(1)} s${span.result ? `, ${span.result}` : ""}${span.detail ? `: ${span.detail}` : ""}`;
      button.className = span.result;
      button.style.left = share(span.start_s);
      button.style.width = share(span.end_s - span.start_s);
      button.addEventListener("click", () => seek(span.start_s));
      track.append(button);
    }
    for (const stop of report.stops) {
      const band = document.createElement("b");
      const end = stop.end_s === null ? report.duration : stop.end_s;
      band.title = `Stop: ${stop.triggers.map((cause) => cause.words).join(", ")}`;
      band.style.left = share(stop.start_s);
      band.style.width = share(Math.max(end - stop.start_s, 0));
      track.append(band);
    }
    for (const event of report.events) {
      const mark = document.createElement("i");
      mark.className = event.severity;
      mark.style.left = share(event.time_s);
      track.append(mark);
    }
  }

  function listen() {
    find("scrub").max = report.duration;
    find("scrub").addEventListener("input", () => seek(Number(find("scrub").value)));
    find("play").addEventListener("click", () => setPlaying(!playing));
    for (const button of document.querySelectorAll("[data-view]"))
      button.addEventListener("click", () => player && player.look(button.dataset.view));
    addEventListener("keydown", (event) => {
      if (event.code !== "Space" || /^(BUTTON|SELECT|INPUT)$/.test(event.target.tagName)) return;
      event.preventDefault();
      setPlaying(!playing);
    });
    addEventListener("resize", () => player && player.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      if (!player) return;
      player.build();
      player.show(now);
    });
  }

  for (const element of document.querySelectorAll("[data-time]"))
    element.addEventListener("click", () => seek(Number(element.dataset.time)));
  if (report.replay) {
    find("stage-note").hidden = player !== null;
    addPhases();
    listen();
  }
  seek(0);
})();
