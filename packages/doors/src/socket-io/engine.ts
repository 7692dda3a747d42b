/** Socket.IO and Engine.IO as this door uses them: no server and no port of their own, loaded when the first client comes. */
import { Server as EngineServer, type Socket as EngineSocket } from "engine.io"
import { Server } from "socket.io"
import { type ServerOptions, WebSocketServer } from "ws"
import { KEY_PROTOCOL } from "@holdfast/protocol/browser-key"
import type { Settings } from "@holdfast/protocol/settings"
import { socketsWithLimit } from "../door-sockets.ts"
import { FRAGMENTS_MAX } from "../websocket-frame.ts"
import { PACKET_READ } from "./packet-limit.ts"
import { strictParser } from "./strict-parser.ts"

/** A browser's key travels as a subprotocol, which is never the one that is selected (G-16). */
class KeyedSockets extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({
      ...options,
      WebSocket: socketsWithLimit(options.maxPayload ?? 0),
      maxFragments: FRAGMENTS_MAX,
      handleProtocols: (offered) => [...offered].find((protocol) => !protocol.startsWith(KEY_PROTOCOL)) ?? false,
    } as ServerOptions)
  }
}

/** Engine.IO, which takes our requests and upgrades, and Socket.IO on top of it. */
export interface Engine {
  readonly engine: EngineServer
  readonly io: Server
}

/** Makes both. `connected` is called with each connection of Engine.IO before Socket.IO sees it. */
export function makeEngine(settings: Settings, connected: (conn: EngineSocket) => void): Engine {
  const engine = new EngineServer({
    transports: ["polling", "websocket"],
    pingInterval: Math.floor(settings.socketSilence / 3),
    pingTimeout: Math.floor((settings.socketSilence * 2) / 3),
    maxHttpBufferSize: PACKET_READ * settings.socketMaxFrame,
    perMessageDeflate: false,
    httpCompression: false,
    allowEIO3: false,
    wsEngine: KeyedSockets as never,
  })
  engine.on("connection", connected)
  // Its recovery of connections is off: it keeps what was sent in memory, and our cursor does more.
  const io = new Server({
    serveClient: false,
    connectTimeout: settings.socketHelloTimeout,
    parser: strictParser(settings.socketMaxFrame),
  })
  io.bind(engine)
  return { engine, io }
}
