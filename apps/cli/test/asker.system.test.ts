import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { holdfast, UserTerminal, usersOfTests } from "./user-terminal.ts"

describe("the caller's environment", () => {
  let hub: HubProcess
  const users = usersOfTests()

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  const screen = async (session: string): Promise<string> =>
    (await hub.call<{ text: string }>("GET", `/api/sessions/${session}/screen`)).body.text
  const shows = async (session: string, text: string): Promise<void> => {
    await eventually(`it shows ${text}`, 10_000, async () => (await screen(session)).includes(text))
  }
  const attach = (session: string, within: string): UserTerminal => {
    const user = new UserTerminal({ ...hub.environment(), HOLDFAST_SESSION: within }, ["attach", session])
    users.push(user)
    return user
  }
  const open = async (...command: ReadonlyArray<string>): Promise<string> => {
    const made = await holdfast(hub.environment(), "new", "terminal", "--", ...command)
    expect(made).toMatchObject({ code: 0, stderr: "" })
    return made.stdout.trim()
  }

  it("T-29 a new terminal gets the environment of its caller, later ones the variables of the login, and the log none of it (fault:N31)", async () => {
    const print = 'echo "s=$SSH_AUTH_SOCK v=$VIRTUAL_ENV n=$npm_lifecycle_event x=$ADDED l=$(locale charmap)."; read x'
    const own = {
      ...hub.environment(),
      SSH_AUTH_SOCK: "/tmp/agent-of-asker",
      VIRTUAL_ENV: "/tmp/venv-of-asker",
      npm_lifecycle_event: "npx",
      LANG: "",
      LC_ALL: "",
      LC_CTYPE: "",
    }
    const asked = await holdfast(own, "new", "terminal", "--key", "env-key", "--env", "ADDED=yes", "--", "bash", "-c", print)
    expect(asked).toMatchObject({ code: 0, stderr: "" })
    const id = asked.stdout.trim()
    await shows(id, "s=/tmp/agent-of-asker v=/tmp/venv-of-asker n= x=yes l=UTF-8.")
    const { body } = await hub.call<{ events: ReadonlyArray<{ type: string }> }>("GET", `/api/sessions/${id}/events?type=created`)
    expect(JSON.stringify(body)).not.toContain("of-asker")
    // The same key from a shell with another environment stands for the same session.
    const again = { ...own, VIRTUAL_ENV: "/elsewhere" }
    expect(
      (await holdfast(again, "new", "terminal", "--key", "env-key", "--env", "ADDED=yes", "--", "bash", "-c", print)).stdout,
    ).toBe(asked.stdout)
    const byProgram = await hub.call<{ id: string }>("POST", "/api/sessions", {
      kind: "terminal",
      command: "bash",
      args: ["-c", print],
    })
    await shows(byProgram.body.id, "s=/tmp/agent-of-asker v= n=")
  })

  it("T-30 refuses to show a session in itself, directly or through others, and says how to do it anyway (fault:N35)", async () => {
    const [one, two] = [await open("cat"), await open("cat")]
    const itself = attach(one, one)
    expect(await itself.ended).toBe(1)
    expect(itself.text.replaceAll("\n", "")).toMatch(/endlessly.*unset HOLDFAST_SESSION/)
    const inOne = attach(two, one)
    await inOne.drawn()
    const around = attach(one, two)
    expect(await around.ended).toBe(1)
    const followed = new UserTerminal({ ...hub.environment(), HOLDFAST_SESSION: one }, ["log", one, "--follow"])
    users.push(followed)
    expect(await followed.ended).toBe(1)
    inOne.type("\u001dd")
    expect(await inOne.ended).toBe(0)
    const free = attach(one, two)
    await free.drawn()
  })
})
