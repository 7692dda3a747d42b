/**
 * All rows, in the order they are printed.
 */
import type { Row } from "./row.ts"
import { AGENT_INTERRUPT } from "./rows/agent-interrupt.ts"
import { AGENT_KEPT } from "./rows/agent-kept.ts"
import { AGENT_STREAMS } from "./rows/agent-streams.ts"
import { AGENT_TOKENS } from "./rows/agent-tokens.ts"
import { AGENT_TURN } from "./rows/agent-turn.ts"
import { APP_BACK } from "./rows/app-back.ts"
import { APP_CHAT } from "./rows/app-chat.ts"
import { APP_ECHO } from "./rows/app-echo.ts"
import { APP_LIST } from "./rows/app-list.ts"
import { APP_PAGE } from "./rows/app-page.ts"
import { APP_SEEK } from "./rows/app-seek.ts"
import { APP_STREAMS } from "./rows/app-streams.ts"
import { APPEND_BATCH } from "./rows/append-batch.ts"
import { APPEND_ONE } from "./rows/append-one.ts"
import { ATTACH, INTERRUPT } from "./rows/attach.ts"
import { CAT } from "./rows/cat.ts"
import { CATCH_UP } from "./rows/catch-up.ts"
import { CHAT, CHAT_ENDPOINT } from "./rows/chat.ts"
import { CLIENT_DELTA } from "./rows/client-delta.ts"
import { COLD_START } from "./rows/cold-start.ts"
import { FIRST_PROMPT, LS } from "./rows/command-line.ts"
import { CREATE_OUTSTANDING, CREATE_SEQUENTIAL } from "./rows/create.ts"
import { IO_TOKENS, RPC_TOKENS } from "./rows/door-tokens.ts"
import { ECHO } from "./rows/echo.ts"
import { END_TO_END } from "./rows/end-to-end.ts"
import { FAN_OUT_BURST } from "./rows/fan-out-burst.ts"
import { FAN_OUT, TEN_THOUSAND } from "./rows/fan-out.ts"
import { LIST } from "./rows/list.ts"
import { LOOP_DELAY } from "./rows/loop-delay.ts"
import { MEMORY_CACHED } from "./rows/memory-cached.ts"
import { MEMORY_CONNECTION } from "./rows/memory-connection.ts"
import { MEMORY_SESSION } from "./rows/memory-session.ts"
import { STALLED_READER } from "./rows/stalled-reader.ts"

/** Every row. */
export const ROWS: ReadonlyArray<Row> = [
  ...APPEND_BATCH,
  APPEND_ONE,
  END_TO_END,
  LOOP_DELAY,
  FAN_OUT,
  FAN_OUT_BURST,
  TEN_THOUSAND,
  CATCH_UP,
  CAT,
  ECHO,
  ATTACH,
  INTERRUPT,
  CREATE_OUTSTANDING,
  CREATE_SEQUENTIAL,
  MEMORY_SESSION,
  MEMORY_CONNECTION,
  MEMORY_CACHED,
  CLIENT_DELTA,
  STALLED_READER,
  LIST,
  COLD_START,
  FIRST_PROMPT,
  LS,
  AGENT_TURN,
  AGENT_TOKENS,
  AGENT_STREAMS,
  RPC_TOKENS,
  IO_TOKENS,
  AGENT_INTERRUPT,
  AGENT_KEPT,
  CHAT,
  CHAT_ENDPOINT,
  APP_PAGE,
  APP_CHAT,
  APP_STREAMS,
  APP_LIST,
  APP_ECHO,
  APP_BACK,
  APP_SEEK,
]
