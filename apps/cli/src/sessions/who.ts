/**
 * `holdfast who` and `detach`: who is attached, and sending them away.
 */
import type { ViewersReport } from "@holdfast/protocol/http-bodies"
import type { Session } from "@holdfast/protocol/session"
import { outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"
import { shortId } from "./show-state.ts"

type Viewer = ViewersReport["sessions"][number]["viewers"][number]

/** One viewer in words: `ada@desk 120x40, sets the size`; `typist` is the seat that holds the keyboard. */
export function viewerText({ seat, name, mode, cols, rows, sizes }: Viewer, typist?: string): string {
  const size = cols === undefined || rows === undefined ? "" : ` ${cols}x${rows}`
  return `${printable(name)}${size}${mode === "viewer" ? ", read-only" : ""}${sizes ? ", sets the size" : ""}${seat === typist ? ", holds the keyboard" : ""}`
}

/** Prints who is attached, to one session or to all. */
export async function who(id: string | undefined, json: boolean): Promise<void> {
  const hub = useHub()
  const { sessions } = await ask(hub, (api) => api.viewers(id))
  if (json) return printJson(sessions)
  const rows = await Promise.all(
    sessions.map(async ({ session, viewers }) => ({ session: await ask(hub, (api) => api.get(session)), viewers })),
  )
  print(...whoTable(rows))
}

function whoTable(
  sessions: ReadonlyArray<{ readonly session: Session; readonly viewers: ReadonlyArray<Viewer> }>,
): ReadonlyArray<string> {
  const rows = sessions.flatMap(({ session, viewers }) => viewers.map((viewer) => ({ session, viewer })))
  if (rows.length === 0) return ["no one is attached"]
  const width = outputWidth()
  return table(
    [
      { title: "ID", text: ({ session }) => shortId(session.id), style: () => "cyan" },
      { title: "LABEL", text: ({ session }) => printable(session.label), style: () => "bold", least: 8 },
      { title: "WHO", text: ({ session, viewer }) => viewerText(viewer, session.terminal?.typist?.seat), least: 20 },
    ],
    rows,
    { paint, ...(width === undefined ? {} : { width }) },
  )
}

/** Ends the attachments of everyone to a session. */
export async function detachAll(id: string, json: boolean): Promise<void> {
  const answer = await ask(useHub(), (api) => api.detach(id))
  printEither(json, answer, () => [answer.detached === 0 ? "no one was attached" : `detached ${answer.detached}`])
}
