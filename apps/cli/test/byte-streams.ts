/** Random output for the tests of one reading: what programs write, bytes of any kind, and sequences in disguise. */
import { randomFrom } from "@holdfast/testkit/sizes"

/** A source of random numbers. */
export interface Random {
  readonly below: (limit: number) => number
  readonly pick: (values: ReadonlyArray<string>) => string
}

/** The same numbers for the same seed. */
export function randomOf(seed: number): Random {
  const next = randomFrom(seed)
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, pick: (values) => values[below(values.length)] ?? "" }
}

const ESC = "\x1b"
/** What a terminal would answer, copy or follow; each must not come through in any dress. */
export const DANGEROUS = [
  `${ESC}[c`,
  `${ESC}[>c`,
  `${ESC}[=c`,
  `${ESC}[5n`,
  `${ESC}[6n`,
  `${ESC}[?6n`,
  `${ESC}[?996n`,
  `${ESC}[18t`,
  `${ESC}[14t`,
  `${ESC}[21t`,
  `${ESC}[x`,
  `${ESC}Z`,
  `${ESC}[?2026$p`,
  `${ESC}[4$p`,
  `${ESC}[>0q`,
  `${ESC}[?u`,
  `${ESC}[1;1;1;1;2;2*y`,
  `${ESC}[?1;1;0S`,
  `${ESC}]10;?\x07`,
  `${ESC}]11;?${ESC}\\`,
  `${ESC}]4;1;?\x07`,
  `${ESC}]52;c;aGVsbG8=\x07`,
  `${ESC}]52;c;?\x07`,
  `${ESC}]8;;javascript:alert(1)${ESC}\\x${ESC}]8;;${ESC}\\`,
  `${ESC}]8;id=a;file:///bin/sh\x07y${ESC}]8;;\x07`,
  `${ESC}P$qm${ESC}\\`,
  `${ESC}P+q544e${ESC}\\`,
  `${ESC}_Gi=31,a=q;AAAA${ESC}\\`,
  `${ESC}]99;i=1:a=report;x${ESC}\\`,
  `${ESC}]9;5\x07`,
  `${ESC}]1337;ReportCellSize\x07`,
  `${ESC}[?2031h`,
  `${ESC}[?2048h`,
  "\x05",
] as const

// Wrapping stays on: what the library does with a wide character that does not fit then cannot be made in another way.
const ORDINARY = [
  "text",
  "a longer piece of text that wraps at some place",
  "\r\n",
  "\n",
  "\r",
  "\b",
  "\t",
  "\x0b",
  "\x0e",
  "\x0f",
  "\x07",
  "日本語",
  "é",
  "👍🏽",
  "e\u0301",
  "\ufeff",
  "\u00ad",
  "\u0085",
  "\u0084",
  "\u0088\t",
  "\u008d",
  `${ESC}[1;31m`,
  `${ESC}[0m`,
  `${ESC}[m`,
  `${ESC}[38;5;200m`,
  `${ESC}[38:2::1:2:3m`,
  `${ESC}[4:3m`,
  `${ESC}[48;2;1;2;3m`,
  `${ESC}[2J`,
  `${ESC}[H`,
  `${ESC}[3;4H`,
  `${ESC}[5G`,
  `${ESC}[2K`,
  `${ESC}[1J`,
  `${ESC}[3J`,
  `${ESC}[2;5r`,
  `${ESC}[r`,
  `${ESC}[?6h`,
  `${ESC}[?6l`,
  `${ESC}[?7h`,
  `${ESC}[4h`,
  `${ESC}[4l`,
  `${ESC}[20h`,
  `${ESC}[20l`,
  `${ESC}[?1049h`,
  `${ESC}[?1049l`,
  `${ESC}[?47h`,
  `${ESC}[?47l`,
  `${ESC}7`,
  `${ESC}8`,
  `${ESC}[s`,
  `${ESC}[u`,
  `${ESC}[2L`,
  `${ESC}[M`,
  `${ESC}[3P`,
  `${ESC}[@`,
  `${ESC}[4X`,
  `${ESC}[S`,
  `${ESC}[2T`,
  `${ESC}[99999b`,
  `${ESC}[3b`,
  `${ESC}[2 @`,
  `${ESC}['}`,
  `${ESC}['~`,
  `${ESC}M`,
  `${ESC}D`,
  `${ESC}E`,
  `${ESC}c`,
  `${ESC}[!p`,
  `${ESC}#8`,
  `${ESC}(0lqk${ESC}(B`,
  `${ESC})0\x0elq\x0f`,
  `${ESC}%G`,
  `${ESC}[3g`,
  `${ESC}H`,
  `${ESC}[I`,
  `${ESC}[Z`,
  `${ESC}[2e`,
  `${ESC}[2a`,
  `${ESC}[7d`,
  `${ESC}[1"q`,
  `${ESC}[?J`,
  `${ESC}[?K`,
  `${ESC}[?2h`,
  `${ESC}]0;title\x07`,
  `${ESC}]2;t\u009c`,
  `${ESC}[22;0t`,
  `${ESC}[23;0t`,
  `${ESC}]4;1;#123456\x07`,
  `${ESC}]11;rgb:1/2/3\x07`,
  `${ESC}]104\x07`,
  `${ESC}[>1u`,
  `${ESC}[<u`,
  `${ESC}[>4;2m`,
  `${ESC}[?1007h`,
  `${ESC}]7;file://h/tmp\x07`,
  `${ESC}]8;;https://example.org${ESC}\\link${ESC}]8;;${ESC}\\`,
  `${ESC}P0;1q~~@@${ESC}\\`,
  `${ESC}_apc é text${ESC}\\`,
  `${ESC}[?25l`,
  `${ESC}[?1000;1006h`,
  `${ESC}[?2004h`,
  `${ESC}[2 q`,
  "€".repeat(3),
] as const

const IGNORED = [
  "\x7f",
  "\x00",
  "\x16",
  "\x19",
  "\x1c",
  "\x80",
  "\x9c",
  "\xc2\x80",
  "\xff",
  "\xe2\x82",
  "\xef\xbb\xbf",
  "0",
  ";",
  ":",
  "\x18",
  "\x1a",
  "\x1b",
  " ",
  "!",
  "$",
  "\n",
] as const
const C1: Readonly<Record<string, string>> = { "[": "\x9b", "]": "\x9d", P: "\x90", _: "\x9f", Z: "\x9a" }
const FRONTS = [
  `${ESC}P`,
  `${ESC}_`,
  `${ESC}]2;`,
  `${ESC}[38;5`,
  `${ESC}X`,
  `${ESC}`,
  `${ESC}Ptmux;${ESC}`,
  "\xe2",
  "\xf0\x9f",
  "\xc2",
  `${ESC}(`,
  `${ESC}k`,
] as const

const latin = (text: string): string => Buffer.from(text).toString("latin1")

/** A sequence as no reader expects it: with bytes in it that some ignore, introduced in another way, behind an open one. */
const disguised = (random: Random): string => {
  let text = latin(random.pick(DANGEROUS))
  const introducer = C1[text[1] ?? ""]
  if (introducer !== undefined && random.below(3) === 0) text = (random.below(2) === 0 ? "\xc2" : "") + introducer + text.slice(2)
  for (let count = random.below(4); count > 0; count--) {
    const at = random.below(text.length + 1)
    text = text.slice(0, at) + random.pick(IGNORED) + text.slice(at)
  }
  return (random.below(4) === 0 ? random.pick(FRONTS) : "") + text
}

/** Output of some pieces, as bytes. */
export function randomBytes(random: Random): Buffer {
  let text = ""
  for (let count = 2 + random.below(14); count > 0; count--) {
    const kind = random.below(10)
    if (kind < 5) text += latin(random.pick(ORDINARY))
    else if (kind < 8) text += disguised(random)
    else text += String.fromCharCode(...Array.from({ length: random.below(8) }, () => random.below(256)))
  }
  const bytes = Buffer.from(text, "latin1")
  // Some bytes of some streams are others than they were.
  for (let count = random.below(3); count > 0 && bytes.length > 0; count--) bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}

/** The pieces of a stream cut at random. */
export function cutAtRandom(random: Random, bytes: Uint8Array): ReadonlyArray<Uint8Array> {
  const pieces: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.below(random.below(3) === 0 ? 3 : 60)
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}
