/**
 * A real browser, and what its pages cost: the processor time of a page's main thread, which other work on the machine does not
 * lengthen, and frames as they were painted.
 */
import { chromiumProgram, CHROMIUM_FLAGS, playwright } from "@holdfast/testkit/chromium-program"

/** The browser's own protocol with a page. */
interface DevTools {
  readonly send: (method: string, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>
}

/** The part of playwright's page that the bench uses. */
interface DrivenPage {
  readonly goto: (url: string) => Promise<unknown>
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly keyboard: {
    readonly press: (key: string) => Promise<void>
    readonly type: (text: string, options: { readonly delay: number }) => Promise<void>
  }
  readonly mouse: { readonly move: (x: number, y: number) => Promise<void> }
  readonly click: (selector: string, options?: { readonly button: "right" }) => Promise<void>
  readonly on: (event: "pageerror", listener: (error: Error) => void) => void
}

/** Cookies and storage, to begin with elsewhere. */
export type Storage = Readonly<Record<string, unknown>>

interface Context {
  readonly newPage: () => Promise<DrivenPage>
  readonly newCDPSession: (page: DrivenPage) => Promise<DevTools>
  readonly storageState: () => Promise<Storage>
  readonly close: () => Promise<void>
}

interface ContextOptions {
  readonly viewport: { readonly width: number; readonly height: number }
  readonly locale: string
  readonly storageState?: Storage
  readonly httpCredentials?: Credentials
}

/** What a server asks a browser for. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

interface Launched {
  readonly newContext: (options: ContextOptions) => Promise<Context>
  readonly startTracing: (page: DrivenPage, options: { readonly categories: ReadonlyArray<string> }) => Promise<void>
  readonly stopTracing: () => Promise<Buffer>
  readonly close: () => Promise<void>
}

interface Playwright {
  readonly chromium: {
    readonly launch: (options: { readonly executablePath: string; readonly args: ReadonlyArray<string> }) => Promise<Launched>
  }
}

/** No page reaches beyond this machine. */
const ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

/** Milliseconds that anything on a page may take. */
const PATIENCE = 60_000

/** A page in a context of its own: nothing is cached for it. */
export interface BenchPage {
  readonly driven: DrivenPage
  readonly goto: (url: string) => Promise<void>
  /** The value of an expression, awaited. */
  readonly ask: <A>(expression: string) => Promise<A>
  /** Waits until an expression is true; it is asked in each frame. */
  readonly until: (expression: string) => Promise<void>
  /** Milliseconds of its main thread so far. */
  readonly thread: () => Promise<number>
  /** The value of an expression that calls `FRAME` in each frame, and the milliseconds of the main thread between two calls. */
  readonly frames: <A>(expression: string) => Promise<{ readonly value: A; readonly threads: ReadonlyArray<number> }>
  /** Bytes of its heap, without what is garbage. */
  readonly heap: () => Promise<number>
  readonly storage: () => Promise<Storage>
  readonly close: () => Promise<void>
}

/** A browser. */
export interface Browser {
  readonly open: (storage?: Storage, credentials?: Credentials) => Promise<BenchPage>
  readonly close: () => Promise<void>
}

/** Starts a browser. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = playwright<Playwright>()
  const executablePath = await chromiumProgram()
  const launched = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ALONE] })
  return {
    open: async (storage, credentials) =>
      openPage(
        launched,
        await launched.newContext({
          viewport: { width: 1440, height: 900 },
          locale: "en-GB",
          ...(storage === undefined ? {} : { storageState: storage }),
          ...(credentials === undefined ? {} : { httpCredentials: credentials }),
        }),
      ),
    close: launched.close.bind(launched),
  }
}

/** The beginning of a frame, for `frames`: the browser notes how long the thread had worked until then. */
export const FRAME = `performance.mark("bench-frame")`

interface Noted {
  readonly name: string
  /** Microseconds of the thread. */
  readonly tts?: number
}

/** Milliseconds of the thread between the frames that a trace has noted. */
function threadsIn(trace: Buffer): ReadonlyArray<number> {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: ReadonlyArray<Noted> }
  const times = traceEvents.flatMap(({ name, tts }) => (name === "bench-frame" && tts !== undefined ? [tts / 1000] : []))
  return times.slice(1).map((time, at) => time - (times[at] ?? time))
}

async function openPage(launched: Launched, context: Context): Promise<BenchPage> {
  const driven = await context.newPage()
  const errors: Array<string> = []
  driven.on("pageerror", (error) => void errors.push(error.stack ?? error.message))
  const tools = await context.newCDPSession(driven)
  await tools.send("Performance.enable", { timeDomain: "threadTicks" })
  const failed = (error: unknown): never => {
    throw new Error([String(error), ...errors].join("\n"), { cause: error })
  }
  return {
    driven,
    goto: async (url) => void (await driven.goto(url)),
    ask: (expression) => driven.evaluate(expression).catch(failed) as Promise<never>,
    until: async (expression) => void (await driven.evaluate(waiting(expression)).catch(failed)),
    thread: async () => {
      const { metrics } = (await tools.send("Performance.getMetrics")) as Metrics
      return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1000
    },
    frames: async <A>(expression: string) => {
      await launched.startTracing(driven, { categories: ["blink.user_timing"] })
      let trace: Buffer | undefined
      try {
        const value = (await driven.evaluate(expression).catch(failed)) as A
        return { value, threads: threadsIn((trace = await launched.stopTracing())) }
      } finally {
        if (trace === undefined) await launched.stopTracing()
      }
    },
    heap: async () => {
      await tools.send("HeapProfiler.collectGarbage")
      return ((await tools.send("Runtime.getHeapUsage")) as { readonly usedSize: number }).usedSize
    },
    storage: () => context.storageState(),
    close: () => context.close(),
  }
}

/** The page's policy allows no text that is run later, so that the expression is part of the loop. */
const waiting = (expression: string): string => `(async () => {
  const end = performance.now() + ${PATIENCE}
  while (!(${expression})) {
    if (performance.now() > end) throw new Error("not so within ${PATIENCE} ms: " + ${JSON.stringify(expression)} + " " + document.body.innerText.slice(0, 600))
    await new Promise((done) => requestAnimationFrame(done))
  }
})()`

interface Metrics {
  readonly metrics: ReadonlyArray<{ readonly name: string; readonly value: number }>
}

/** An expression that waits until what is so now was painted. */
export const PAINTED = `new Promise((done) => requestAnimationFrame(() => {
  // The frame is painted before the next message is taken.
  const channel = new MessageChannel()
  channel.port1.onmessage = () => done(performance.now())
  channel.port2.postMessage(0)
}))`
