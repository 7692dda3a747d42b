/**
 * Writes the icons of the app from one drawing: `node scripts/write-icons.mjs`, after a change to it. The mark is a frond
 * that holds on with three roots; `apps/web/src/app/page-icon.ts` draws it too.
 *
 * PNG is written here, without a package: strokes are drawn by the distance to them, smoothed over a pixel.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { crc32, deflateSync } from "node:zlib"

const FOLDER = fileURLToPath(new URL("../apps/web/public/icons", import.meta.url))

/** The drawing on a square of 32: lines as points, curves as four of them. */
const STROKES = [
  [
    [16, 4],
    [16, 27.2],
  ],
  [
    [16, 19.2],
    [13.6, 19.2],
    [9.6, 21.6],
    [6.4, 27.2],
  ],
  [
    [16, 19.2],
    [18.4, 19.2],
    [22.4, 21.6],
    [25.6, 27.2],
  ],
  [
    [10.4, 9.6],
    [16, 13.6],
  ],
  [
    [16, 13.6],
    [21.6, 9.6],
  ],
]
const SIDE = 32
const WIDTH = 2.6

const GROUND = [0x0b, 0x13, 0x15]
const KELP = [0x45, 0xbf, 0xad]
const WHITE = [0xff, 0xff, 0xff]

/** Points along a stroke. */
function along(points) {
  if (points.length === 2) return points
  const [a, b, c, d] = points
  return Array.from({ length: 33 }, (_, i) => {
    const [t, u] = [i / 32, 1 - i / 32]
    return [0, 1].map((at) => u ** 3 * a[at] + 3 * u * u * t * b[at] + 3 * u * t * t * c[at] + t ** 3 * d[at])
  })
}

const SEGMENTS = STROKES.flatMap((stroke) => {
  const points = along(stroke)
  return points.slice(1).map((end, at) => [points[at], end])
})

function distance(x, y) {
  let least = Infinity
  for (const [[ax, ay], [bx, by]] of SEGMENTS) {
    const [dx, dy] = [bx - ax, by - ay]
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy))
  }
  return least
}

/** Part of a pixel that lies inside an edge, from the distance to it in pixels. */
const covered = (inside) => Math.min(1, Math.max(0, inside + 0.5))

/** How far inside a square with rounded corners a point is. */
function insideSquare(x, y, size, radius) {
  const [dx, dy] = [x, y].map((at) => Math.abs(at - size / 2) - size / 2 + radius)
  return radius - Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) - Math.min(Math.max(dx, dy), 0)
}

/** An icon's pixels. `part`: how much of the side the mark takes; `radius`: of the ground, as part of the side; no `ground`: nothing behind it. */
function draw(size, { part, radius, ground, ink }) {
  const scale = (size * part) / SIDE
  const margin = (size * (1 - part)) / 2
  const bytes = Buffer.alloc(size * (size * 4 + 1))
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [px, py] = [x + 0.5, y + 0.5]
      const mark = covered((WIDTH / 2 - distance((px - margin) / scale, (py - margin) / scale)) * scale)
      const behind = ground === undefined ? 0 : covered(insideSquare(px, py, size, radius * size))
      const alpha = ground === undefined ? mark : behind
      const color = ground === undefined ? ink : ground.map((value, at) => Math.round(value + (ink[at] - value) * mark))
      bytes.set([...color, Math.round(alpha * 255)], y * (size * 4 + 1) + 1 + x * 4)
    }
  }
  return bytes
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const ends = [Buffer.alloc(4), Buffer.alloc(4)]
  ends[0].writeUInt32BE(data.length)
  ends[1].writeUInt32BE(crc32(body))
  return Buffer.concat([ends[0], body, ends[1]])
}

/** A picture with eight bits for each of red, green, blue and opacity (PNG, third edition). */
function png(size, look) {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0])
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(draw(size, look), { level: 9 })
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))])
}

const path = STROKES.map(
  ([[x, y], ...rest]) => `M${x} ${y}${rest.length === 1 ? "L" : "C"}${rest.map((point) => point.join(" ")).join(" ")}`,
).join("")
const hex = (color) => `#${color.map((value) => value.toString(16).padStart(2, "0")).join("")}`
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-3.5 -3.5 39 39"><rect x="-3.5" y="-3.5" width="39" height="39" rx="8.6" fill="${hex(GROUND)}"/><path d="${path}" fill="none" stroke="${hex(KELP)}" stroke-width="${WIDTH}" stroke-linecap="round"/></svg>\n`

const ROUND = { part: 0.82, radius: 0.22, ground: GROUND, ink: KELP }
/** Systems cut their own shape out of these: nothing of the mark is outside of the middle four fifths. */
const WHOLE = { part: 0.68, radius: 0, ground: GROUND, ink: KELP }

mkdirSync(FOLDER, { recursive: true })
writeFileSync(join(FOLDER, "icon.svg"), svg)
writeFileSync(join(FOLDER, "icon-192.png"), png(192, ROUND))
writeFileSync(join(FOLDER, "icon-512.png"), png(512, ROUND))
writeFileSync(join(FOLDER, "whole-192.png"), png(192, WHOLE))
writeFileSync(join(FOLDER, "whole-512.png"), png(512, WHOLE))
writeFileSync(join(FOLDER, "apple-180.png"), png(180, WHOLE))
// Android shows a notification's small sign by its opacity alone.
writeFileSync(join(FOLDER, "badge-96.png"), png(96, { part: 1.2, radius: 0, ink: WHITE }))
