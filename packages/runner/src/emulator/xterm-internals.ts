/**
 * The parts of xterm 6.0.0 that its public interface does not show and a checkpoint needs: saved cursors, margins,
 * tab stops, charsets, exact cell attributes, the parser's state.
 *
 * This is the one place that knows them. Their presence is checked for every terminal, so that another version of the
 * library fails at once and in words, never with a wrong screen.
 */
import headless from "@xterm/headless"
import type { Terminal } from "@xterm/headless"

/** A charset of the library: an object whose identity is the charset; `undefined` is US ASCII. */
export type Charset = object | undefined

/** Underline style and colour, and the link of a cell; `_ext` holds the style even where a link hides it. */
export interface ExtendedAttributes {
  readonly _ext: number
  readonly urlId: number
}

/** Attributes as packed by the library; `extended` counts only where `bg` has its flag. */
export interface Attributes {
  fg: number
  bg: number
  readonly extended: ExtendedAttributes
}

/** One row; `_data` holds content, foreground and background per cell. */
export interface BufferLine {
  readonly length: number
  readonly isWrapped: boolean
  readonly _data: Uint32Array
  readonly _combined: { readonly [column: number]: string }
  readonly _extendedAttrs: { readonly [column: number]: ExtendedAttributes | undefined }
}

/** The normal or the alternate buffer. */
export interface ScreenBuffer {
  readonly lines: {
    readonly length: number
    readonly maxLength: number
    get(index: number): BufferLine | undefined
    /** Reports that this many rows went from the top. */
    onTrim(listener: (rows: number) => void): unknown
  }
  readonly ybase: number
  readonly x: number
  readonly y: number
  readonly scrollTop: number
  readonly scrollBottom: number
  readonly tabs: { readonly [column: number]: boolean | undefined }
  readonly savedX: number
  readonly savedY: number
  readonly savedCurAttrData: Attributes
  readonly savedCharset: Charset
}

/** Parameters of a control sequence, shared with the handlers that run after. */
export interface Parameters {
  readonly length: number
  readonly params: { [index: number]: number }
}

/** What a link says. */
export interface LinkData {
  readonly id?: string
  readonly uri: string
}

/** The core of a terminal. */
export interface Core {
  readonly cols: number
  readonly rows: number
  readonly buffers: { readonly active: ScreenBuffer; readonly normal: ScreenBuffer; readonly alt: ScreenBuffer }
  readonly coreService: {
    isCursorHidden: boolean
    readonly modes: { readonly insertMode: boolean }
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean
      readonly applicationKeypad: boolean
      readonly bracketedPasteMode: boolean
      readonly cursorBlink: boolean | undefined
      readonly cursorStyle: "block" | "underline" | "bar" | undefined
      readonly origin: boolean
      readonly reverseWraparound: boolean
      readonly sendFocus: boolean
      readonly synchronizedOutput: boolean
      readonly wraparound: boolean
    }
  }
  readonly coreMouseService: { readonly activeProtocol: string; readonly activeEncoding: string }
  readonly unicodeService: { wcwidth(codePoint: number): number }
  readonly _charsetService: { readonly charset: Charset; readonly glevel: number; readonly _charsets: ReadonlyArray<Charset> }
  readonly _oscLinkService: {
    registerLink: (data: LinkData) => number
    getLinkData: (id: number) => LinkData | undefined
    addLineToLink: (id: number, row: number) => void
  }
  readonly _inputHandler: {
    readonly _curAttrData: Attributes
    readonly _windowTitle: string
    readonly _windowTitleStack: ReadonlyArray<string>
    readonly _iconNameStack: ReadonlyArray<string>
    readonly _parser: { readonly currentState: number; readonly precedingJoinState: number }
    parse(data: Uint8Array | string): void | Promise<boolean>
    setTitle(title: string): boolean
    _eraseInBufferLine(row: number, start: number, end: number, clearWrap: boolean, respectProtect: boolean): void
    _resetBufferLine(row: number, respectProtect: boolean): void
  }
  registerCsiHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    handler: (params: Parameters) => boolean,
  ): unknown
}

const has = (value: unknown, path: string, type: string): boolean => {
  let at: unknown = value
  for (const name of path.split(".")) {
    if (typeof at !== "object" || at === null) return false
    at = Reflect.get(at, name)
  }
  return typeof at === type
}

const REQUIRED: ReadonlyArray<readonly [string, string]> = [
  ["buffers.active.ybase", "number"],
  ["buffers.active.scrollTop", "number"],
  ["buffers.active.savedY", "number"],
  ["buffers.active.savedCurAttrData.fg", "number"],
  ["buffers.active.tabs", "object"],
  ["buffers.active.lines.get", "function"],
  ["buffers.active.lines.onTrim", "function"],
  ["coreService.modes.insertMode", "boolean"],
  ["coreService.isCursorHidden", "boolean"],
  ["coreService.decPrivateModes.wraparound", "boolean"],
  ["coreService.decPrivateModes.synchronizedOutput", "boolean"],
  ["coreMouseService.activeProtocol", "string"],
  ["coreMouseService.activeEncoding", "string"],
  ["unicodeService.wcwidth", "function"],
  ["_charsetService.glevel", "number"],
  ["_charsetService._charsets", "object"],
  ["_oscLinkService.registerLink", "function"],
  ["_oscLinkService.addLineToLink", "function"],
  ["_inputHandler._curAttrData.extended._ext", "number"],
  ["_inputHandler._windowTitle", "string"],
  ["_inputHandler._windowTitleStack", "object"],
  ["_inputHandler._iconNameStack", "object"],
  ["_inputHandler._parser.currentState", "number"],
  ["_inputHandler._parser.precedingJoinState", "number"],
  ["_inputHandler.parse", "function"],
  ["_inputHandler.setTitle", "function"],
  ["_inputHandler._eraseInBufferLine", "function"],
  ["_inputHandler._resetBufferLine", "function"],
  ["registerCsiHandler", "function"],
]

const missing = (core: unknown): ReadonlyArray<string> =>
  REQUIRED.filter(([path, type]) => !has(core, path, type)).map(([path]) => path)

const isCore = (core: unknown): core is Core => missing(core).length === 0

/** The core of a terminal; throws, naming what is missing, when the library is another than the one this was written for. */
export function coreOf(terminal: Terminal): Core {
  const core: unknown = Reflect.get(terminal, "_core")
  if (!isCore(core)) throw new Error(`@xterm/headless is not version 6.0.0: missing ${missing(core).join(", ")}`)
  return core
}

/** The library's parser alone; handlers that return nothing. */
export interface SequenceParser {
  readonly currentState: number
  /** 0 where the next character joins nothing, and nothing can be repeated. */
  precedingJoinState: number
  parse(codePoints: Uint32Array, length: number): void | Promise<boolean>
  reset(): void
  setPrintHandler(handler: (codePoints: Uint32Array, start: number, end: number) => void): void
  setExecuteHandlerFallback(handler: (code: number) => void): void
  setEscHandlerFallback(handler: (identifier: number) => void): void
  setCsiHandlerFallback(
    handler: (identifier: number, parameters: { toArray(): ReadonlyArray<number | ReadonlyArray<number>> }) => void,
  ): void
  setOscHandlerFallback(handler: (identifier: number, action: "START" | "PUT" | "END", payload: string | boolean) => void): void
}

const isParser = (value: unknown): value is SequenceParser =>
  ["parse", "reset", "setPrintHandler", "setExecuteHandlerFallback", "setEscHandlerFallback", "setCsiHandlerFallback"].every(
    (name) => has(value, name, "function"),
  )

let parserClass: unknown

/** A parser of the kind that every emulator has, so that another reader reads each byte as they do. */
export function newParser(): SequenceParser {
  if (parserClass === undefined) {
    const terminal = emptyTerminal(1, 1, 0)
    parserClass = coreOf(terminal)._inputHandler._parser.constructor
    terminal.dispose()
  }
  const parser: unknown = typeof parserClass === "function" ? Reflect.construct(parserClass, []) : undefined
  if (!isParser(parser)) throw new Error("@xterm/headless is not version 6.0.0: its parser cannot be created separately")
  return parser
}

/** An empty terminal with the options that emulator and viewers share; `scrollback` in lines. */
export function emptyTerminal(cols: number, rows: number, scrollback: number): Terminal {
  return new headless.Terminal({
    cols,
    rows,
    scrollback,
    allowProposedApi: true,
    logLevel: "off",
    windowOptions: { pushTitle: true, popTitle: true },
  })
}
