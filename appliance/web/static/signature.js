// A pad to sign on: strokes of [x, y, pressure, time in ms], the vector record that the box checks and keeps.
const WIDTH = 900;
const HEIGHT = 300;
const MOST_POINTS = 5000;
const MOST_STROKES = 500;

export function setUpSignature(form, onChange) {
  const canvas = form.querySelector("canvas");
  const field = form.querySelector("input[name=strokes]");
  const save = form.querySelector("[data-needs-strokes]");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let stroke = null;
  let start = null;

  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "#021c51";

  function point(event) {
    const box = canvas.getBoundingClientRect();
    start ??= event.timeStamp;
    const within = (value, most) => Math.round(Math.min(most, Math.max(0, value)) * 10) / 10;
    return [
      within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
      within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
      Math.round((event.pressure || 0.5) * 1000) / 1000,
      Math.max(0, Math.round(event.timeStamp - start)),
    ];
  }

  function draw(from, to) {
    pen.lineWidth = 2 + 3 * to[2];
    pen.beginPath();
    pen.moveTo(from[0], from[1]);
    pen.lineTo(to[0], to[1]);
    pen.stroke();
  }

  function keep() {
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    save.disabled = strokes.length === 0;
    onChange();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = [point(event)];
    draw(stroke[0], stroke[0]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      if (stroke.length >= MOST_POINTS) return;
      const to = point(move);
      draw(stroke[stroke.length - 1], to);
      stroke.push(to);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (!stroke) return;
      strokes.push(stroke);
      stroke = null;
      keep();
    });
  }
  form.querySelector("[data-clear]").addEventListener("click", () => {
    strokes = [];
    stroke = null;
    start = null;
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    keep();
  });
}
