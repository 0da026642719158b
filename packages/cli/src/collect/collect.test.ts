import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { deflateRawSync, gzipSync } from "node:zlib";
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
});

describe("a zip archive", () => {
  it("that says to hold more than anything real is refused before it is unpacked", async () => {
    const zip = zipOf({ name: "huge.txt", text: "small", says: 300 << 20 });
    const error = await problem(await put("huge.zip", zip));
    expect([error.code, error.exitCode]).toEqual(["too-large", 3]);
  });

  it("that holds more than it says is refused while it is unpacked", async () => {
    expect((await problem(await put("lying.zip", zipOf({ name: "a.txt", text: "longer", says: 2 })))).code).toBe(
      "bad-archive",
    );
  });

  it("gives its files; what leads out of it and what is a link is left out", async () => {
    const regular = await read(await put("fine.zip", zipOf({ name: "node/a.txt", text: "one" })));
    expect(regular.files).toEqual([{ path: "node/a.txt", text: "one" }]);
    const link = await read(await put("link.zip", zipOf({ name: "a.txt", text: "/etc/passwd", mode: 0o120777 })));
    expect([link.files, codes(link)]).toEqual([[], ["file-not-regular a.txt"]]);
    expect((await problem(await put("out.zip", zipOf({ name: "../a.txt", text: "x" })))).code).toBe("bad-archive");
  });
});

describe("a gzip file", () => {
  it("inside a gzip file is no text", async () => {
    const { files, diagnostics } = await read(await put("nested.gz", gzipSync(gzipSync(Buffer.alloc(100)))));
    expect([files, diagnostics.map(({ code }) => code)]).toEqual([[], ["file-not-text"]]);
  });

  it("that is cut short is refused", async () => {
    expect((await problem(await put("short.gz", gzipSync("some text").subarray(0, 12)))).code).toBe("bad-archive");
  });
});

interface ZipEntry {
  readonly name: string;
  readonly text: string;
  /** The size that the archive claims. */
  readonly says?: number;
  /** Of the file, as Unix has it. */
  readonly mode?: number;
}

/** The smallest zip of one deflated file. */
function zipOf({ name, text, says = text.length, mode = 0o100644 }: ZipEntry): Uint8Array {
  const bytes = deflateRawSync(text);
  const path = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(crc32(Buffer.from(text)), 14);
  local.writeUInt32LE(bytes.length, 18);
  local.writeUInt32LE(says, 22);
  local.writeUInt16LE(path.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(0x0314, 4);
  local.copy(central, 6, 4, 30);
  central.writeUInt32LE((mode << 16) >>> 0, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + path.length, 12);
  end.writeUInt32LE(local.length + path.length + bytes.length, 16);
  return Buffer.concat([local, path, bytes, central, path, end]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
