#!/usr/bin/env node
/**
 * Starts Holdfast under Node 24: under the Node that runs this file when it is new enough, otherwise under the one that
 * npm installed beside it. Plain JavaScript that Node 18 and later can read.
 */
import { spawn } from "node:child_process"
import { closeSync, existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { constants } from "node:os"
import { dirname, join } from "node:path"
import { isatty } from "node:tty"
import { fileURLToPath } from "node:url"

const OLDEST = 24

/** Descriptors that were a terminal at the start. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd))

/** Set for a process that must not outlive the one that started it; the channel between them tells. */
const STARTED_BY = "HOLDFAST_STARTED_BY"
const main = new URL("../dist/main.js", import.meta.url)

function refuse(message) {
  process.stderr.write(`holdfast: ${message}\n`)
  process.exit(1)
}

const majorOf = (version) => Number(version.split(".")[0])

/** Path of the Node that npm installed for this platform, or undefined. */
function installedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`)
    const program = join(dirname(manifest), "bin", "node")
    const { version } = JSON.parse(readFileSync(manifest, "utf8"))
    return majorOf(version) >= OLDEST && existsSync(program) ? program : undefined
  } catch {
    // Not installed: no such package for this platform, or optional packages were left out.
    return undefined
  }
}

/** Ends with a code. Of a terminal that was closed nothing is held: Node 18 to 22 set its modes back on the way out, fail, and abort. */
function end(code) {
  for (const fd of terminals) {
    try {
      if (!isatty(fd)) closeSync(fd)
    } catch {
      // Closed already: there is nothing to set back.
    }
  }
  process.exit(code)
}

/** Runs this file under `program` and takes over its end. Ctrl-C of a terminal reaches both processes by itself. */
function runUnder(program) {
  const child = spawn(program, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [STARTED_BY]: String(process.pid), HOLDFAST_STARTED_AS: process.argv[1] },
  })
  const inTerminal = terminals.length > 0
  for (const signal of ["SIGTERM", "SIGHUP", "SIGUSR2"]) process.on(signal, () => child.kill(signal))
  for (const signal of ["SIGINT", "SIGQUIT"]) process.on(signal, () => inTerminal || child.kill(signal))
  child.on("error", (error) => refuse(`could not start ${program}: ${error.message}`))
  child.on("exit", (code, signal) => {
    if (signal === null) return end(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Reached when the signal does not end this process.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100)
  })
}

/** Ends this process in its usual way when the one that started it was killed. */
function endWithParent() {
  delete process.env[STARTED_BY]
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
  process.channel?.unref()
}

if (!existsSync(main)) refuse("this copy is not built yet; run `npm run build` first.")
else if (majorOf(process.versions.node) >= OLDEST) {
  if (process.env[STARTED_BY] !== undefined) endWithParent()
  await import(main.href)
} else {
  const program = installedNode()
  if (program !== undefined) runUnder(program)
  else if (process.platform === "linux" && ["x64", "arm64"].includes(process.arch))
    refuse(
      `Node ${OLDEST} is needed and this is Node ${process.versions.node}. It comes with the package: install again without --omit=optional, or run under Node ${OLDEST} or newer.`,
    )
  else refuse(`Node ${OLDEST} or newer is needed on ${process.platform}-${process.arch}; this is Node ${process.versions.node}.`)
}
