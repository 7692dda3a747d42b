/** Operations on terminals, and on those who look at them. */
import * as Schema from "effect/Schema"
import { without } from "../field-default.ts"
import { InputRequest, ViewersReport } from "../http-bodies.ts"
import { PastScreen } from "../history.ts"
import { Appended, RestartSession, Screen, Session, SignalName } from "../session.ts"
import { Nothing, ofSession, operation, SessionName } from "./operation.ts"

/** The operations. */
export const terminal = {
  "terminal.input": operation({
    scope: "write",
    http: "POST /api/sessions/:session/input",
    params: ofSession,
    body: InputRequest,
    output: Appended,
    summary: "Type into a terminal",
    changes: true,
    errors: ["NotTypist"],
    example: { text: "make test\r", key: "input-1" },
  }),
  "terminal.resize": operation({
    scope: "write",
    http: "POST /api/sessions/:session/resize",
    params: ofSession,
    body: Schema.Struct({ cols: Schema.Finite, rows: Schema.Finite }),
    output: Nothing,
    summary: "Resize a terminal, to 1 to 1000 columns and rows",
    changes: true,
    errors: ["InvalidSize"],
    example: { cols: 120, rows: 40 },
  }),
  "terminal.signal": operation({
    scope: "write",
    http: "POST /api/sessions/:session/signal",
    params: ofSession,
    body: Schema.Struct({ signal: SignalName }),
    output: Nothing,
    summary: "Send a signal to the process group in the foreground of a terminal",
    changes: true,
    example: { signal: "SIGINT" },
  }),
  "terminal.restart": operation({
    scope: "write",
    http: "POST /api/sessions/:session/restart",
    params: ofSession,
    body: RestartSession,
    output: Session,
    summary: "Start the command of an ended terminal again, in the same session",
    changes: true,
    errors: ["CommandNotFound", "InvalidSize"],
    example: { key: "restart-1" },
  }),
  "terminal.screen": operation({
    scope: "read",
    http: "GET /api/sessions/:session/screen",
    params: ofSession,
    output: Screen,
    summary: "Get the screen of a terminal as a viewer sees it now",
    changes: false,
    errors: ["SessionNotReady"],
  }),
  "terminal.past": operation({
    scope: "read",
    http: "GET /api/sessions/:session/screen/past",
    params: ofSession,
    query: Schema.Struct({
      seq: Schema.optionalKey(
        Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
          ...without("the last one", "The event after which it is shown"),
          examples: [100],
        }),
      ),
    }),
    output: PastScreen,
    summary: "Get the screen of a terminal as it was after an event, as escape sequences for an empty terminal of its size",
    changes: false,
    errors: ["SessionNotReady", "Unprocessable"],
  }),
  /** With `single` only the connection that asks, which must be attached interactively, may type until it releases it or is gone. */
  "terminal.keyboard": operation({
    scope: "write",
    params: ofSession,
    body: Schema.Struct({ mode: Schema.Literals(["single", "free"]) }),
    output: Session,
    answer: "session",
    summary: "Take the keyboard of a terminal, or release it",
    changes: true,
    errors: ["ReadOnlyViewer", "NotTypist"],
  }),
  "viewers.list": operation({
    scope: "read",
    bound: "filtered",
    http: "GET /api/viewers",
    query: Schema.Struct({
      session: Schema.optionalKey(SessionName.annotate({ description: "Whole id of the session (default: all sessions)" })),
    }),
    output: ViewersReport,
    summary: "List who is attached now, to one session or to all",
    changes: false,
  }),
  /** Over the socket the connection that asks keeps its own attachment. */
  "viewers.detach": operation({
    scope: "write",
    http: "POST /api/sessions/:session/detach",
    params: ofSession,
    body: Schema.Struct({ except: Schema.optionalKey(Schema.String) }),
    output: Schema.Struct({ detached: Schema.Finite }),
    summary: "Detach everyone from a session, except one client",
    changes: true,
    example: {},
  }),
} as const
