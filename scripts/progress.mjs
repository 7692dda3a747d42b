/** One line that shows what is going on, for how long and how far; in a log it is two plain lines. */

const BAR = 20

/** Starts the line. `fraction` gives 0 to 1, or undefined when unknown. `done` ends it with a closing text. */
export function startProgress(title, fraction = () => undefined) {
  const out = process.stderr
  const began = Date.now()
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
  const draw = () => {
    const part = fraction()
    const filled = part === undefined ? undefined : Math.round(Math.min(1, Math.max(0, part)) * BAR)
    const bar = filled === undefined ? "" : ` [${"#".repeat(filled)}${"-".repeat(BAR - filled)}]`
    out.write(`\r\x1b[2K${title}${bar} ${seconds()}`)
  }
  if (out.isTTY) draw()
  else out.write(`${title} …\n`)
  const timer = out.isTTY ? setInterval(draw, 200) : undefined
  return {
    done: (text) => {
      clearInterval(timer)
      out.write(`${out.isTTY ? "\r\x1b[2K" : ""}${text} (${seconds()})\n`)
    },
  }
}
