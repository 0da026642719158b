import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { speaker } from "@hookwalk/engine";
import { HookwalkError } from "../errors.ts";
import type { Collected } from "./collect.ts";
import { collect } from "./collect.ts";

const say = speaker("en");
let room = "";

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), "hookwalk-collect-"));
});

afterAll(async () => {
  await rm(room, { recursive: true });
});

async function read(...paths: readonly string[]): Promise<Collected> {
  return collect(paths, Readable.from([Buffer.from("from "), Buffer.from("stdin")]), say);
}

async function put(name: string, bytes: string | Uint8Array): Promise<string> {
  const path = join(room, name);
  await writeFile(path, bytes);
  return path;
}

async function problem(path: string): Promise<HookwalkError> {
  const error: unknown = await read(path).catch((thrown: unknown) => thrown);
  if (error instanceof HookwalkError) return error;
  throw new Error(`no HookwalkError: ${String(error)}`);
}

const codes = ({ diagnostics }: Collected): readonly string[] =>
  diagnostics.map(({ code, span }) => `${code} ${span.file}`);

describe("collect", () => {
  it("reads a directory in the order of its paths, and stays inside it", async () => {
    const root = join(room, "node");
    await mkdir(join(root, "deep"), { recursive: true });
    await put("secret", "outside");
    await writeFile(join(root, "b.txt"), "two");
    await writeFile(join(root, "deep", "a.txt"), "three");
    await writeFile(join(root, "a.txt"), "one");
    await symlink("a.txt", join(root, "inner-link"));
    await symlink("../secret", join(root, "outer-link"));
    await symlink("nowhere", join(root, "dead-link"));
    const collected = await read(root);
    expect(collected.name).toBe("node");
    expect(collected.files).toEqual([
      { path: "a.txt", text: "one" },
      { path: "b.txt", text: "two" },
      { path: "deep/a.txt", text: "three" },
      { path: "inner-link", text: "one" },
    ]);
    expect(codes(collected)).toEqual(["file-not-regular dead-link", "file-outside outer-link"]);
  });

  it("reads standard input and single files, several of them as one snapshot", async () => {
    const file = await put("iptables-save.txt", "*filter\n");
    const { files, name } = await read("-", file);
    expect(name).toBe("stdin+iptables-save.txt");
    expect(files).toEqual([
      { path: "stdin", text: "from stdin" },
      { path: "iptables-save.txt", text: "*filter\n" },
    ]);
  });

  it("unpacks a single packed file", async () => {
    const { files } = await read(await put("ipset-save.txt.gz", gzipSync("create a hash:ip\n")));
    expect(files).toEqual([{ path: "ipset-save.txt", text: "create a hash:ip\n" }]);
  });

  it("says which path cannot be read, and why", async () => {
    const error = await problem(join(room, "missing"));
    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(/^cannot read .*missing: ENOENT: no such file or directory$/);
  });
});

describe("a tar archive", () => {
  const entries = [
    { header: { name: "./node/iptables-save.txt", size: 3, type: "file" as const }, body: "one" },
    { header: { name: "../escape.txt", size: 4, type: "file" as const }, body: "evil" },
    { header: { name: "/etc/passwd", size: 4, type: "file" as const }, body: "evil" },
    { header: { name: "node/link", size: 0, type: "symlink" as const, linkname: "/etc/passwd" } },
    { header: { name: "node/", size: 0, type: "directory" as const } },
  ];

  it.each(["node.tar", "node.tar.gz", "node.tgz"])(
    "is opened as %s; what leads out of it is left out",
    async (name) => {
      const tar = await packTar(entries);
      const collected = await read(await put(name, name.endsWith(".tar") ? tar : gzipSync(tar)));
      expect(collected.files).toEqual([{ path: "node/iptables-save.txt", text: "one" }]);
      expect(codes(collected)).toEqual([
        "file-outside ../escape.txt",
        "file-outside /etc/passwd",
        "file-not-regular node/link",
      ]);
    },
  );

  it("that is cut short or lies about its sizes is refused", async () => {
    const tar = await packTar(entries.slice(0, 1));
    expect((await problem(await put("short.tar", tar.subarray(0, 514)))).code).toBe("bad-archive");
    const lying = tar.slice();
    lying.set(Buffer.from("77777777777"), 124);
    expect(["bad-archive", "too-large"]).toContain((await problem(await put("lying.tar", lying))).code);
  });

  it("that unpacks to more than anything real is refused before it fills the memory", async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(4 << 20)));
    const { files } = await read(await put("nested.gz", bomb));
    expect(files).toEqual([]); // a packed file inside a packed file is no text
  });
});
