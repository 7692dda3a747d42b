/** The PTY adapter under the adapter contract. */
import { adapterContract } from "@holdfast/adapter/contract/adapter-contract"
import { ptyAdapter } from "../src/pty/PtyAdapter.ts"
import { bash, pty } from "./terminals.ts"

adapterContract("PTY", ptyAdapter, {
  printsAndExits: (code) => bash(`seq 1 200000; exit ${code}`),
  echoes: () => bash("stty -echo; echo ready; cat"),
  holdsOut: () =>
    bash(
      `trap '' HUP TERM; setsid bash -c 'trap "" HUP TERM; echo pid $$; while :; do sleep 1; done' & echo pid $$; sleep 0.3; echo ready; while :; do sleep 1; done`,
    ),
  killedBy: (signal) => bash(`kill -${signal.slice(3)} $$`),
  impossible: () => [
    { spec: pty("no-such-program", []), tag: "CommandNotFound" },
    { spec: pty(import.meta.filename, []), tag: "CommandNotFound" },
    { spec: pty("", []), tag: "CommandNotFound" },
    { spec: pty("sh", [], { cwd: "/no/such/place" }), tag: "Unprocessable" },
    { spec: pty("sh", [], { cwd: "relative" }), tag: "Unprocessable" },
    { spec: pty("sh", [], { cwd: import.meta.filename }), tag: "Unprocessable" },
    { spec: pty("sh", [], { cols: 0 }), tag: "InvalidSize" },
    { spec: pty("sh", [], { rows: 65_535 }), tag: "InvalidSize" },
    { spec: pty("sh", [], { env: { PATH: "/nowhere" } }), tag: "CommandNotFound" },
  ],
  input: (text) => Buffer.from(`${text}\n`),
  text: (outputs) => Buffer.concat(outputs.flatMap((one) => (one instanceof Uint8Array ? [one] : []))).toString("latin1"),
})
