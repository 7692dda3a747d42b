/** The lines that a trace is drawn with: one path for each sign, whatever its length (docs/protocol/app-rules.md, APP-70). */

/** Data of SVG paths, x in buckets. */
export interface TraceShape {
  readonly worked: string
  readonly waited: string
  readonly failed: string
  /** A notch for each bucket with a message of a person. */
  readonly messages: string
}

/** A run of one bucket is drawn this much longer at each end, so that it is seen. */
const SHORTEST = 0.25

/** Lines for signs and messages in a strip of this height. */
export function traceShape(signs: string, messages: ReadonlyArray<number>, height: number): TraceShape {
  const paths = { w: "", a: "", f: "" }
  const middle = height / 2
  for (let from = 0; from < signs.length;) {
    const sign = signs[from]
    let to = from + 1
    while (to < signs.length && signs[to] === sign) to++
    const more = to - from === 1 ? SHORTEST : 0
    if (sign === "w" || sign === "a" || sign === "f") paths[sign] += `M${from - more} ${middle}H${to + more}`
    from = to
  }
  return {
    worked: paths.w,
    waited: paths.a,
    failed: paths.f,
    messages: messages.map((at) => `M${at + 0.5} 0V${height}`).join(""),
  }
}
