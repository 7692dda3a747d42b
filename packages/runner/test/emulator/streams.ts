/** Random terminal output from a seed: everything a program may do to a terminal, in small pieces. */

/** A source of random numbers. */
export interface Random {
  /** A whole number from 0 below `limit`. */
  below(limit: number): number
  /** One of the values. */
  pick<A>(values: readonly [A, ...ReadonlyArray<A>]): A
}

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, pick: (values) => values[below(values.length)] ?? values[0] }
}

const JOINED = "👩‍👩‍👧"
const WORDS = [
  "a",
  "xyz",
  "hello world",
  "日本",
  "字",
  "e\u0301",
  JOINED,
  "👍🏽",
  "🇪🇺",
  "한글",
  "é",
  "ﷺ",
  "─│┼",
  "q",
  "lqqk",
  "\u0301",
  "  ",
  "#",
  "0123456789",
] as const

const sgr = (random: Random): string => {
  const part: () => string = random.pick<() => string>([
    () => "0",
    () => "1",
    () => "2",
    () => "3",
    () => "4",
    () => "5",
    () => "7",
    () => "8",
    () => "9",
    () => "53",
    () => "21",
    () => `4:${random.below(6)}`,
    () => "22",
    () => "23",
    () => "24",
    () => "27",
    () => "39",
    () => "49",
    () => "59",
    () => `${30 + random.below(8)}`,
    () => `${90 + random.below(8)}`,
    () => `${40 + random.below(8)}`,
    () => `${100 + random.below(8)}`,
    () => `38;5;${random.below(256)}`,
    () => `48;5;${random.below(256)}`,
    () => `38;2;${random.below(256)};1;2`,
    () => `48;2;3;${random.below(256)};5`,
    () => `58;5;${random.below(256)}`,
  ])
  return `\x1b[${part()}${random.below(3) === 0 ? `;${part()}` : ""}m`
}

const MODES = [
  "1",
  "6",
  "7",
  "12",
  "25",
  "45",
  "47",
  "1000",
  "1002",
  "1003",
  "1004",
  "1006",
  "1016",
  "1047",
  "1048",
  "1049",
  "2004",
  "9",
  "66",
] as const

const count = (random: Random): string => (random.below(3) === 0 ? "" : String(random.below(12)))

const piece = (random: Random, cols: number, rows: number): string =>
  random.pick<() => string>([
    () => random.pick(WORDS),
    () => random.pick(WORDS),
    () => random.pick(WORDS),
    () => random.pick(WORDS),
    () => random.pick(WORDS).repeat(1 + random.below(4)),
    () => "\r\n",
    () => "\r\n",
    () => "\n",
    () => "\r",
    () => "\b",
    () => "\t",
    () => "\x0e",
    () => "\x0f",
    () => "\x07",
    () => "\x0b",
    () => sgr(random),
    () => sgr(random),
    () => sgr(random),
    () => "\x1b[m",
    () => `\x1b[${1 + random.below(rows)};${1 + random.below(cols)}H`,
    () => `\x1b[${1 + random.below(cols)}G`,
    () => `\x1b[${cols}G${random.pick(WORDS)}`,
    () => `\x1b[${count(random)}${random.pick(["A", "B", "C", "D", "E", "F", "I", "Z", "a", "e", "d", "`", "b"])}`,
    () => `\x1b[${count(random)}${random.pick(["@", "L", "M", "P", "X", "S", "T", " @", " A", "'}", "'~"])}`,
    () => `\x1b[${random.below(4)}J`,
    () => `\x1b[${random.below(3)}K`,
    () => `\x1b[?${random.below(3)}${random.pick(["J", "K"])}`,
    () => `\x1b[${1 + random.below(rows)};${1 + random.below(rows)}r`,
    () => "\x1b[r",
    () => `\x1b[?${random.pick(MODES)}${random.pick(["h", "l"])}`,
    () => `\x1b[${random.pick(["4", "20"])}${random.pick(["h", "l"])}`,
    () => "\x1b[4l",
    () => random.pick(["\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1bD", "\x1bE", "\x1bM", "\x1bH", "\x1b=", "\x1b>", "\x1b#8"]),
    () => `\x1b${random.pick(["(", ")", "*", "+"])}${random.pick(["0", "A", "B", "K"])}`,
    () => random.pick(["\x1bn", "\x1bo", "\x1b~"]),
    () => `\x1b[${random.below(7)} q`,
    () => `\x1b[${random.below(3)}"q`,
    () => random.pick(["\x1b[g", "\x1b[3g"]),
    () => random.pick(["\x1b[22;0t", "\x1b[23;0t"]),
    () => `\x1b]${random.pick(["0", "2"])};title ${random.below(100)}\x07`,
    () => `\x1b]8;;http://x/${random.below(9)}\x1b\\${random.pick(WORDS)}${sgr(random)}${random.pick(WORDS)}\x1b]8;;\x1b\\`,
    () => `\x1b]4;${random.below(16)};#${random.pick(["123", "aabbcc"])}\x07`,
    () => random.pick(["\x1b]11;rgb:11/22/33\x07", "\x1b]111\x07", "\x1b]104\x07"]),
    () =>
      random.pick([
        "\x1b[c",
        "\x1b[6n",
        "\x1b]10;?\x07",
        "\x1bP$qm\x1b\\",
        "\x1b]52;c;?\x07",
        "\x1b[?25$p",
        "\x1bP+q544e\x1b\\",
        "\x1b_apc\x1b\\",
        "\x1b[>0q",
      ]),
    () => (random.below(12) === 0 ? random.pick(["\x1bc", "\x1b[!p"]) : random.pick(WORDS)),
  ])()

/**
 * Output as bytes, of about `pieces` pieces. Either autowrap is switched or characters are joined: what the library does
 * with a wide character that does not fit, without autowrap, followed by a joiner, cannot be made in any other way.
 */
export function randomOutput(random: Random, pieces: number, cols: number, rows: number, isJoined: boolean): Buffer {
  const text = Array.from({ length: pieces }, () => piece(random, cols, rows)).join("")
  return Buffer.from(isJoined ? text.replaceAll("\x1b[?7l", "") : text.replaceAll(JOINED, "👧").replaceAll("\u0301", ""))
}
