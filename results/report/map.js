"use strict";
// A map of road segments on one canvas. All frames are in the page, a byte a road and time, so the slider
// asks nobody. Roads of one colour are drawn as one path: a few dozen strokes a frame, however many roads.
function stormMap(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const canvas = figure.querySelector(".canvas canvas"), pen = canvas.getContext("2d");
  const slider = figure.querySelector(".time"), clock = figure.querySelector(".clock");
  const tip = figure.querySelector(".tip"), play = figure.querySelector(".play");
  const roads = data.lines.length, widths = { 1: 3.4, 2: 2.6, 3: 1.7, 4: 1.1 };
  const english = () => document.documentElement.lang === "en";
  for (const layer of data.layers) {
    const raw = atob(layer.data);
    layer.bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  }
  const closed = new Map(data.closed.map(([road, ...turns]) => [road, turns]));
  let layer = data.layers[0], row = 0, timer = null;
  const view = { x: 0, y: 0, scale: 1 };

  // Turns are the rows at which something becomes true and false in turn.
  const isNow = (turns) => {
    let passed = 0;
    while (passed < turns.length && turns[passed] <= row) passed++;
    return passed % 2 === 1;
  };
  const isClosed = (road) => closed.has(road) && isNow(closed.get(road));
  const onDuty = () => data.crews.filter(([, turns]) => isNow(turns));

  function fit() {
    const box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const room = 14 * ratio;
    view.scale = Math.min((canvas.width - 2 * room) / Math.max(data.width, 1), (canvas.height - 2 * room) / Math.max(data.height, 1));
    view.x = (canvas.width - data.width * view.scale) / 2;
    view.y = (canvas.height - data.height * view.scale) / 2;
    draw();
  }

  const px = (x) => view.x + x * view.scale, py = (y) => view.y + y * view.scale;

  function trace(line) {
    pen.moveTo(px(line[0]), py(line[1]));
    for (let k = 2; k < line.length; k += 2) pen.lineTo(px(line[k]), py(line[k + 1]));
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, values = layer.bytes, base = row * roads;
    const grow = Math.min(2.5, Math.max(0.8, Math.sqrt(view.scale * 12 / ratio)));
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineCap = pen.lineJoin = "round";
    const groups = new Map();
    for (let i = 0; i < roads; i++) {
      const value = values[base + i], shade = value ? 1 + (value - 1 & 0xf8) : 0;
      const key = shade * 8 + Number(data.priority[i]);
      (groups.get(key) || groups.set(key, []).get(key)).push(i);
    }
    for (const key of [...groups.keys()].sort((a, b) => a - b)) {
      const shade = key >> 3;
      pen.strokeStyle = shade ? layer.ramp[shade - 1] : data.bare;
      pen.lineWidth = widths[key & 7] * ratio * grow;
      pen.beginPath();
      for (const i of groups.get(key)) trace(data.lines[i]);
      pen.stroke();
    }
    pen.strokeStyle = data.shut;
    for (const road of closed.keys()) if (isClosed(road)) {
      pen.lineWidth = (widths[data.priority[road]] + 2) * ratio * grow;
      pen.beginPath(); trace(data.lines[road]); pen.stroke();
    }
    drawPlaces(ratio); drawCrews(ratio);
    clock.textContent = data.clock[row];
    slider.setAttribute("aria-valuetext", data.clock[row]);
  }

  function drawPlaces(ratio) {
    pen.lineWidth = 1.6 * ratio;
    for (const [kind, , , x, y] of data.places) {
      const r = 4.2 * ratio, a = px(x), b = py(y);
      pen.beginPath();
      if (kind === "hospital" || kind === "fire_station") {
        pen.rect(a - r, b - r, 2 * r, 2 * r);
        pen.fillStyle = "#fff"; pen.strokeStyle = "#0b4f8a"; pen.fill(); pen.stroke();
      } else {
        pen.moveTo(a, b - r); pen.lineTo(a + r, b + r * 0.8); pen.lineTo(a - r, b + r * 0.8); pen.closePath();
        pen.fillStyle = "#0b4f8a"; pen.strokeStyle = "#fff"; pen.lineWidth = ratio; pen.stroke(); pen.fill();
      }
    }
  }

  function whereIs(track) {
    const now = data.times[row];
    let k = 0;
    while (k + 3 < track.length && track[k + 3] <= now) k += 3;
    return [track[k + 1], track[k + 2]];
  }

  function drawCrews(ratio) {
    pen.fillStyle = "#111"; pen.strokeStyle = "#fff"; pen.lineWidth = 1.3 * ratio;
    for (const [, , track] of onDuty()) {
      const [x, y] = whereIs(track);
      pen.beginPath(); pen.arc(px(x), py(y), 3.6 * ratio, 0, 2 * Math.PI); pen.fill(); pen.stroke();
    }
  }

  function distance(line, x, y) {
    let best = Infinity;
    for (let k = 0; k + 3 < line.length; k += 2) {
      const dx = line[k + 2] - line[k], dy = line[k + 3] - line[k + 1];
      const share = Math.max(0, Math.min(1, ((x - line[k]) * dx + (y - line[k + 1]) * dy) / (dx * dx + dy * dy || 1)));
      best = Math.min(best, Math.hypot(x - line[k] - share * dx, y - line[k + 1] - share * dy));
    }
    return best;
  }

  function describe(x, y) {
    const reach = 9 * (window.devicePixelRatio || 1) / view.scale, name = english() ? 2 : 1;
    const near = (a, b) => Math.hypot(a - x, b - y) < reach;
    const here = onDuty().filter(([, , track]) => near(...whereIs(track))).map(([id]) => id);
    const places = data.places.filter((p) => near(p[3], p[4])).map((p) => p[name]);
    let road = -1, best = reach;
    for (let i = 0; i < roads; i++) {
      const far = distance(data.lines[i], x, y);
      if (far < best) { best = far; road = i; }
    }
    const lines = [...places, ...here.slice(0, 6)];
    if (here.length > 6) lines.push(`… +${here.length - 6}`);
    if (road >= 0) {
      const value = layer.bytes[row * roads + road];
      const amount = value === 255 && layer.over ? `≥ ${layer.top}` : value ? ((value - 1) / 254 * layer.top).toFixed(1) : "0";
      lines.unshift(`${data.roads[data.road[road]][english() ? 1 : 0]}: ${amount} ${layer.unit}${isClosed(road) ? " ×" : ""}`);
    }
    return lines;
  }

  function hover(event) {
    const box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const lines = describe((x * ratio - view.x) / view.scale, (y * ratio - view.y) / view.scale);
    tip.hidden = !lines.length;
    tip.replaceChildren(...lines.flatMap((line, i) => (i ? [document.createElement("br"), line] : [line])));
    tip.style.left = `${Math.min(x + 14, box.width - tip.offsetWidth - 4)}px`;
    tip.style.top = `${Math.min(y + 14, box.height - tip.offsetHeight - 4)}px`;
  }

  function zoom(factor, x, y) {
    view.x = x - (x - view.x) * factor;
    view.y = y - (y - view.y) * factor;
    view.scale *= factor;
    draw();
  }

  const fingers = new Map();
  canvas.addEventListener("pointerdown", (e) => { fingers.set(e.pointerId, e); canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    const ratio = window.devicePixelRatio || 1, before = fingers.get(e.pointerId);
    if (!before) return hover(e);
    if (fingers.size === 2) {
      const other = [...fingers.values()].find((f) => f.pointerId !== e.pointerId), box = canvas.getBoundingClientRect();
      const gap = (f) => Math.hypot(f.clientX - other.clientX, f.clientY - other.clientY) || 1;
      zoom(gap(e) / gap(before), ((e.clientX + other.clientX) / 2 - box.left) * ratio, ((e.clientY + other.clientY) / 2 - box.top) * ratio);
    } else {
      view.x += (e.clientX - before.clientX) * ratio;
      view.y += (e.clientY - before.clientY) * ratio;
      draw();
    }
    fingers.set(e.pointerId, e);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (e) => fingers.delete(e.pointerId));
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("wheel", (e) => {
    e.preventDefault();
    const box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    zoom(Math.exp(-e.deltaY / 400), (e.clientX - box.left) * ratio, (e.clientY - box.top) * ratio);
  }, { passive: false });
  canvas.addEventListener("dblclick", fit);

  function legend() {
    const ramp = figure.querySelector(".ramp"), ink = ramp.getContext("2d");
    layer.ramp.forEach((colour, i) => { ink.fillStyle = colour; ink.fillRect(i, 0, 1, ramp.height); });
    figure.querySelector(".range").textContent = `0 – ${layer.over ? "≥ " : ""}${layer.top} ${layer.unit}`;
  }

  slider.addEventListener("input", () => { row = Number(slider.value); draw(); });
  for (const choice of figure.querySelectorAll("[name=layer]")) choice.addEventListener("change", () => {
    layer = data.layers[Number(choice.value)]; legend(); draw();
  });
  play.addEventListener("click", () => {
    if (timer) { clearInterval(timer); timer = null; play.textContent = "▶"; return; }
    play.textContent = "Ⅱ";
    timer = setInterval(() => { row = (row + 1) % data.times.length; slider.value = row; draw(); }, 120);
  });
  new ResizeObserver(fit).observe(canvas.parentElement);
  row = data.start || 0; slider.value = row;
  legend(); fit();
}
document.querySelectorAll("figure.map").forEach(stormMap);
