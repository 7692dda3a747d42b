/** Which lines of a text were taken away and which were added: the longest common sequence of the lines that differ. */

/** A line, and what became of it. */
export interface LineEdit {
  readonly sign: "+" | "-" | " "
  readonly text: string
}

/** Pairs of lines that are compared; with more, all that differs counts as taken away and added. */
const COMPARED = 400_000

type Lines = ReadonlyArray<string>

const all = (sign: LineEdit["sign"], lines: Lines): ReadonlyArray<LineEdit> => lines.map((text) => ({ sign, text }))

/** The lines of both texts in their order, those that are taken away before those that are added. */
export function lineEdits(before: Lines, after: Lines): ReadonlyArray<LineEdit> {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head++
  let tail = 0
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const old = before.slice(head, before.length - tail)
  const now = after.slice(head, after.length - tail)
  const middle = old.length * now.length > COMPARED ? [...all("-", old), ...all("+", now)] : common(old, now)
  return [...all(" ", before.slice(0, head)), ...middle, ...all(" ", after.slice(after.length - tail))]
}

/** By a table of the lengths of the common sequences that begin at each pair of lines. */
function common(old: Lines, now: Lines): ReadonlyArray<LineEdit> {
  const width = now.length + 1
  const lengths = new Uint32Array((old.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const edits: Array<LineEdit> = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      edits.push({ sign: " ", text: old[i] ?? "" })
      i++
      j++
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1)))
      edits.push({ sign: "-", text: old[i++] ?? "" })
    else edits.push({ sign: "+", text: now[j++] ?? "" })
  }
  return edits
}
