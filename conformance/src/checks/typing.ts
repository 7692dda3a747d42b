/** Typing: inputs of several clients reach a terminal whole, each once. */
import { eventually } from "../patience.ts"
import type { Check } from "../suite.ts"
import { demand } from "../failed.ts"

/** Clients that type at once, lines of each, and characters of a line. */
const CLIENTS = 4
const LINES = 5
const LENGTH = 400

const whole: Check = {
  id: "typing",
  title: "what several clients type at once reaches the terminal whole, each input once",
  proves: ["trap:20"],
  lacks: ({ door }) => (door.type === undefined ? "the door does not type" : undefined),
  run: async (suite) => {
    const { calls, door, hub } = suite
    const session = await calls.shell("stty raw -echo; echo ready; exec cat")
    const output = async (): Promise<string> =>
      (await calls.log(session))
        .filter(({ name }) => name === "terminal/output")
        .map(({ data }) => (data as { readonly text: string }).text)
        .join("")
    await eventually("the terminal reads", async () => (await output()).includes("ready"))
    const lines = Array.from({ length: CLIENTS * LINES }, (_, i) => `${i}:${"abcd".charAt(i % CLIENTS).repeat(LENGTH)}.`)
    const typed = lines.map((text) => ({ session, token: hub.token, text, key: crypto.randomUUID() }))
    // Every fifth is sent twice under its key, where it has one.
    const sent = typed.flatMap((one, i) => (i % 5 === 0 && door.typesByNumber !== true ? [one, one] : [one]))
    await Promise.all(sent.map((one) => door.type?.(one)))
    const length = lines.join("").length
    const echoed = async (): Promise<string> => (await output()).split("ready").at(-1)?.trim() ?? ""
    await eventually("all of it was typed", async () => (await echoed()).length >= length)
    const given = (await echoed()).split(".").filter((line) => line !== "")
    const [is, should] = [given, lines.map((line) => line.slice(0, -1))].map((list) => [...list].sort().join("\n"))
    demand(
      is === should,
      `${CLIENTS} clients typed ${lines.length} inputs; the terminal was given ${given.length} pieces that are not these`,
    )
  },
}

/** Checks of what is typed. */
export const TYPING: ReadonlyArray<Check> = [whole]
