import { expect, it, vi } from "vitest"
import { ColorQuestion } from "../src/attach/ColorQuestion.ts"

const ANSWERS = "a\u001b]10;rgb:0000/1111/2222\u001b\\b\u001b]11;rgb:ff/ff/ee\u0007\u001b[?62;4c\u001b[A"

const asking = (interrupt?: (signal: string) => void): ColorQuestion => {
  const question = new ColorQuestion(interrupt)
  question.ask(() => undefined)
  return question
}

it("T-20 the answers are read, however they are split, and what was typed between them is kept", async () => {
  for (let cut = 1; cut < ANSWERS.length; cut++) {
    const question = asking()
    const asked = question.answer()
    const left = [ANSWERS.slice(0, cut), ANSWERS.slice(cut)].map((part) =>
      Buffer.from(question.keys(Buffer.from(part))).toString(),
    )
    expect(left.join(""), `cut at ${cut}`).toBe("ab\u001b[A")
    expect(await asked, `cut at ${cut}`).toEqual({ foreground: "#001122", background: "#ffffee" })
    // Later nothing is looked for any more.
    expect(Buffer.from(question.keys(Buffer.from("\u001b"))).toString()).toBe("\u001b")
  }
})

it("T-20 a terminal that answers nothing is not waited for long, and a key that begins as an answer does is kept", async () => {
  const question = asking()
  const asked = question.answer()
  const typed: Array<string> = []
  const read = (chunk: Uint8Array): void => void typed.push(Buffer.from(question.keys(chunk)).toString())
  process.stdin.on("data", read)
  typed.push(Buffer.from(question.keys(Buffer.from("x\u001b"))).toString())
  expect(await asked).toBeUndefined()
  process.stdin.off("data", read)
  expect(typed.join("")).toBe("x\u001b")
})

it("T-20 an answer that stays unfinished withholds nothing that is typed after it", async () => {
  const question = asking()
  const asked = question.answer()
  const keys = (text: string): string => Buffer.from(question.keys(Buffer.from(text))).toString()
  expect(keys("\u001b]11;rgb:ff")).toBe("")
  expect(keys("\u0003")).toBe("\u001b]11;rgb:ff\u0003")
  expect(keys("ls\r")).toBe("ls\r")
  expect(await asked).toBeUndefined()
})

it("T-20 what is typed while the hub is being reached is kept for the session, after the answers were taken out", async () => {
  const question = asking()
  process.stdin.emit("data", Buffer.from("l"))
  process.stdin.emit("data", Buffer.from(`s\r\u001b]10;rgb:00/00/00\u001b\\\u001b]11;rgb:ff/ff/ff\u001b\\\u001b[?6c`))
  process.stdin.emit("data", Buffer.from("pwd\r"))
  expect(await question.answer()).toEqual({ foreground: "#000000", background: "#ffffff" })
  const typed = Promise.withResolvers<string>()
  process.stdin.once("data", (chunk) => typed.resolve(String(chunk)))
  process.stdin.resume()
  expect(await typed.promise).toBe("ls\rpwd\r")
  process.stdin.pause()
})

it("C-6 T-20 Ctrl-C ends the command while the hub is being reached, once no answer is left for the shell", async () => {
  const signals: Array<string> = []
  const question = asking((signal) => signals.push(signal))
  process.stdin.emit("data", Buffer.from("\u0003"))
  process.stdin.emit("data", Buffer.from("\u001b]10;rgb:00/00/00\u001b\\"))
  await Promise.resolve()
  expect(signals).toEqual([])
  process.stdin.emit("data", Buffer.from("\u001b[?6c"))
  await vi.waitFor(() => expect(signals).toEqual(["SIGINT"]))
  process.stdin.emit("data", Buffer.from("\u001c"))
  await vi.waitFor(() => expect(signals).toEqual(["SIGINT", "SIGQUIT"]))
  await question.giveUp()
  expect(process.stdin.listenerCount("data")).toBe(0)
})

it("C-6 T-20 a terminal that does not answer delays Ctrl-C for a second, a second Ctrl-C not at all", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
  try {
    const signals: Array<string> = []
    const silent = asking((signal) => signals.push(signal))
    process.stdin.emit("data", Buffer.from("\u0003"))
    await vi.advanceTimersByTimeAsync(999)
    expect(signals).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(signals).toEqual(["SIGINT"])
    await silent.giveUp()
    const impatient = asking((signal) => signals.push(signal))
    process.stdin.emit("data", Buffer.from("\u0003"))
    process.stdin.emit("data", Buffer.from("\u0003"))
    await impatient.giveUp()
    expect(signals).toEqual(["SIGINT", "SIGINT"])
  } finally {
    vi.useRealTimers()
  }
})

it("C-6 T-20 a slow terminal's answers do not reach the shell where there is nothing to attach to", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
  try {
    const question = asking()
    let given = false
    const done = question.giveUp().then(() => (given = true))
    await vi.advanceTimersByTimeAsync(600)
    expect(given).toBe(false)
    process.stdin.emit("data", Buffer.from("\u001b]10;rgb:00/00/00\u001b\\\u001b[?6c"))
    await done
    const silent = asking().giveUp()
    await vi.advanceTimersByTimeAsync(1000)
    await silent
    expect(process.stdin.listenerCount("data")).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
