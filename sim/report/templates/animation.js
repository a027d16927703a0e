"use strict";
// Plays one simulated history: every dot is a person, every box where people live.
const history_ = JSON.parse(document.getElementById("history").textContent);
const { ticks, days, names, colours, words } = history_;
const by = (id) => document.getElementById(id);
const stage = by("stage"), paper = stage.getContext("2d");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const whole = new Intl.NumberFormat(history_.lang);
const dates = new Intl.DateTimeFormat(history_.lang, { dateStyle: "medium", timeZone: "UTC" });
const GLIDE = 500; // milliseconds a dot takes from box to box
const LABEL = 22, EDGE = 8;

let next, tick, nextPlaces; // how far the history has been told
let state, slot, taken, counts, blocked, places, gone;
let gliding = new Map(); // person -> where from, since when
let boxes = [], size = 8, playing = false, last = 0, now = 0;

const most = (() => { // the most people, or places, each box ever holds
  const here = new Int32Array(names.length + 3), at = new Int32Array(history_.people).fill(-1);
  const found = new Int32Array(names.length + 3);
  for (let i = 0; i < history_.moves.length; i += 3) {
    const who = history_.moves[i + 1], to = history_.moves[i + 2] >> 1;
    if (at[who] >= 0) here[at[who]] -= 1;
    at[who] = to;
    here[to] += 1;
    found[to] = Math.max(found[to], here[to]);
  }
  for (let i = 0; i < history_.places.length; i += 3) {
    const to = history_.places[i + 1], open = history_.places[i + 2];
    if (open < 100000) found[to] = Math.max(found[to], open);
  }
  return found;
})();

function restart() {
  next = tick = nextPlaces = 0;
  state = new Int16Array(history_.people).fill(-1);
  slot = new Int32Array(history_.people).fill(-1);
  taken = names.map(() => []);
  counts = new Int32Array(names.length + 3);
  blocked = new Int32Array(names.length + 3);
  places = new Int32Array(names.length);
  gone = 0;
  gliding.clear();
}

function place(who, to) { // the first free seat of a box
  const seats = taken[to];
  let seat = seats.indexOf(-1);
  if (seat < 0) seat = seats.push(-1) - 1;
  seats[seat] = who;
  return seat;
}

function move(who, code, glides) {
  const before = state[who], to = code >> 1;
  const from = before >= 0 ? before >> 1 : -1;
  if (before >= 0) {
    counts[from] -= 1;
    blocked[from] -= before & 1;
  }
  if (from !== to) {
    if (glides && from >= 0 && from < names.length) {
      gliding.set(who, { x: seatX(from, slot[who]), y: seatY(from, slot[who]), since: performance.now() });
    }
    if (from >= 0 && from < names.length) taken[from][slot[who]] = -1;
    slot[who] = to < names.length ? place(who, to) : -1;
    if (to >= names.length) { gone += 1; gliding.delete(who); }
  }
  state[who] = code;
  counts[to] += 1;
  blocked[to] += code & 1;
}

function tellUntil(day, glides) {
  const end = day * ticks;
  if (end < tick) restart();
  const { moves } = history_;
  while (next < moves.length && tick + moves[next] <= end) {
    tick += moves[next];
    move(moves[next + 1], moves[next + 2], glides);
    next += 3;
  }
  const opened = history_.places;
  while (nextPlaces < opened.length && opened[nextPlaces] <= end) {
    places[opened[nextPlaces + 1]] = opened[nextPlaces + 2];
    nextPlaces += 3;
  }
}

const across = (box) => Math.max(1, Math.floor((box.w - 2 * EDGE) / size));
const seatX = (box, seat) => boxes[box].x + EDGE + (seat % across(boxes[box])) * size + size / 2;
const seatY = (box, seat) =>
  boxes[box].y + LABEL + Math.floor(seat / across(boxes[box])) * size + size / 2;
const tall = (box, n) => LABEL + Math.ceil(Math.max(1, n) / across(box)) * size + EDGE;

function layout() {
  const wide = stage.parentElement.clientWidth, narrow = wide < 620;
  const high = narrow ? 760 : Math.max(420, Math.min(640, innerHeight - 220));
  const left = narrow ? 0 : wide * 0.34, gap = 8;
  for (size = 14; size > 2; size -= 0.5) { // the largest dots with which everything fits
    boxes = names.map((_, n) => n === 0
      ? { x: 0, y: 0, w: narrow ? wide : left - gap, h: 0 }
      : { x: narrow ? 0 : left, y: 0, w: narrow ? wide : wide - left, h: 0 });
    let y = 0;
    boxes.forEach((box, n) => {
      box.h = tall(box, most[n]);
      if (n === 0 && !narrow) return;
      box.y = y;
      y += box.h + gap;
    });
    if (y - gap <= high && boxes[0].h <= high) break;
  }
  const sharp = devicePixelRatio || 1;
  stage.width = wide * sharp;
  stage.height = high * sharp;
  stage.style.width = `${wide}px`;
  stage.style.height = `${high}px`;
  paper.setTransform(sharp, 0, 0, sharp, 0, 0);
}

function draw() {
  paper.clearRect(0, 0, stage.width, stage.height);
  const r = Math.max(1, size * 0.38);
  boxes.forEach((box, n) => {
    paper.fillStyle = "#f4f5f7";
    paper.fillRect(box.x, box.y, box.w, box.h);
    paper.fillStyle = "#1d1d1f";
    paper.font = "600 13px system-ui, sans-serif";
    const many = `${names[n]}  ${whole.format(counts[n])}`;
    paper.fillText(many, box.x + EDGE, box.y + 15, box.w - 2 * EDGE);
    paper.strokeStyle = "#b9bcc4";
    paper.lineWidth = 1;
    if (n > 0) for (let seat = 0; seat < Math.min(places[n], most[n]); seat += 1) {
      if (taken[n][seat] === undefined || taken[n][seat] < 0) {
        paper.strokeRect(seatX(n, seat) - r * 0.6, seatY(n, seat) - r * 0.6, r * 1.2, r * 1.2);
      }
    }
  });
  const clock = performance.now();
  taken.forEach((seats, n) => seats.forEach((who, seat) => {
    if (who < 0) return;
    let x = seatX(n, seat), y = seatY(n, seat);
    const glide = gliding.get(who);
    if (glide) {
      const part = Math.min(1, (clock - glide.since) / GLIDE), ease = part * part * (3 - 2 * part);
      if (part === 1) gliding.delete(who);
      x = glide.x + (x - glide.x) * ease;
      y = glide.y + (y - glide.y) * ease;
    }
    paper.beginPath();
    if (state[who] & 1) { // blocked: red, and another shape
      paper.fillStyle = history_.blocked;
      paper.moveTo(x, y - r * 1.25);
      paper.lineTo(x + r * 1.25, y + r);
      paper.lineTo(x - r * 1.25, y + r);
    } else {
      paper.fillStyle = colours[n];
      paper.arc(x, y, r, 0, 7);
    }
    paper.fill();
  }));
}

function tell() { // date, numbers and slider
  const day = Math.min(days, Math.floor(now));
  const date = new Date(Date.parse(`${history_.start}T00:00:00Z`) + day * 86400000);
  by("date").value = dates.format(date);
  by("day").value = day;
  by("day").setAttribute("aria-valuetext", dates.format(date));
  [...by("counts").tBodies[0].rows].forEach((row, n) => {
    row.cells[1].textContent = whole.format(counts[n]);
    row.cells[2].textContent = n > 0 ? whole.format(blocked[n]) : "";
    row.cells[3].textContent = n > 0 && places[n] < 100000 ? whole.format(places[n]) : "";
  });
  return dates.format(date);
}

function announce() { // for readers who do not see the dots, only while nothing moves
  const sum = blocked.reduce((a, b) => a + b, 0);
  by("said").textContent = words.said
    .replace("[date]", by("date").value).replace("[street]", whole.format(counts[0]))
    .replace("[blocked]", whole.format(sum)).replace("[gone]", whole.format(gone));
}

function play(on) {
  playing = on && now < days;
  by("play").textContent = playing ? words.pause : words.play;
  last = performance.now();
  if (playing) { by("said").textContent = ""; requestAnimationFrame(frame); } else announce();
}

function frame(clock) {
  if (playing) {
    now = Math.min(days, now + Math.min(0.25, (clock - last) / 1000) * Number(by("speed").value));
    tellUntil(now, !calm);
    tell();
  }
  last = clock;
  draw();
  if (playing && now >= days) play(false);
  if (playing || gliding.size) requestAnimationFrame(frame);
}

function go(day) {
  now = Math.max(0, Math.min(days, day));
  gliding.clear();
  tellUntil(now, false);
  tell();
  draw();
}

by("play").addEventListener("click", () => {
  if (now >= days) go(0);
  play(!playing);
});
by("day").addEventListener("input", () => { play(false); go(Number(by("day").value)); announce(); });
addEventListener("resize", () => { layout(); draw(); });
restart();
layout();
const asked = /^#day-(\d+)$/.exec(location.hash); // a link can lead to one day
go(asked ? Number(asked[1]) : 0);
announce();
