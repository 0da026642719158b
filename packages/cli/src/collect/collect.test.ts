import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { speaker } from "@hookwalk/engine";
import { zipOf } from "../../../../test/archives.ts";
import { HookwalkError } from "../errors.ts";
import { filtered } from "../process/filter.ts";
import type { Collected } from "./collect.ts";
import { collect, collectNodes } from "./collect.ts";

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
    { header: { name: "node/link", size: 0, type: "symlink" as const, linkname: "/etc/passwd" } },
    { header: { name: "node/", size: 0, type: "directory" as const } },
  ];

  it.each(["node.tar", "node.tar.gz", "node.tgz"])("is opened as %s; a link in it is left out", async (name) => {
    const tar = await packTar(entries);
    const collected = await read(await put(name, name.endsWith(".tar") ? tar : gzipSync(tar)));
    expect(collected.files).toEqual([{ path: "node/iptables-save.txt", text: "one" }]);
    expect(codes(collected)).toEqual(["file-not-regular node/link"]);
  });

  it.each(["../escape.txt", "/etc/passwd", "node/../../escape.txt", "node\\..\\..\\escape.txt"])(
    "with the path %s out of it is refused",
    async (name) => {
      const evil = { header: { name, size: 4, type: "file" as const }, body: "evil" };
      const error = await problem(await put("evil.tar", await packTar([...entries, evil])));
      expect([error.code, error.exitCode]).toEqual(["bad-archive", 3]);
      expect(error.message).toBe(`evil.tar is refused: it holds “${name}”, a path that leads out of it`);
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
    const zip = zipOf({ name: "huge.txt", body: "small", says: 300 << 20 });
    const error = await problem(await put("huge.zip", zip));
    expect([error.code, error.exitCode]).toEqual(["too-large", 3]);
  });

  it("that holds more than it says is refused while it is unpacked", async () => {
    expect((await problem(await put("lying.zip", zipOf({ name: "a.txt", body: "longer", says: 2 })))).code).toBe(
      "bad-archive",
    );
  });

  it("gives its files; what leads out of it and what is a link is left out", async () => {
    const regular = await read(await put("fine.zip", zipOf({ name: "node/a.txt", body: "one" })));
    expect(regular.files).toEqual([{ path: "node/a.txt", text: "one" }]);
    const link = await read(await put("link.zip", zipOf({ name: "a.txt", body: "/etc/passwd", mode: 0o120777 })));
    expect([link.files, codes(link)]).toEqual([[], ["file-not-regular a.txt"]]);
    expect((await problem(await put("out.zip", zipOf({ name: "../a.txt", body: "x" })))).code).toBe("bad-archive");
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

describe("a packed archive", () => {
  it.each([
    ["xz", ["xz", "-c"]],
    ["bzip2", ["bzip2", "-c"]],
    ["zstd", ["zstd", "-cq"]],
  ] as const)("is read through the system's %s", async (name, argv) => {
    const packed = await pack(argv, await tarOf({ "node/a.txt": "one" }));
    expect((await read(await put(`node.tar.${name}`, packed))).files).toEqual([{ path: "node/a.txt", text: "one" }]);
    const broken = await problem(await put(`short.tar.${name}`, packed.subarray(0, packed.length - 20)));
    expect([broken.code, broken.exitCode]).toEqual(["bad-archive", 3]);
  });

  it("names the remedy where the program is not installed", async () => {
    const path = await put("sos.tar.xz", await pack(["xz", "-c"], await tarOf({ a: "" })));
    const before = process.env["PATH"];
    process.env["PATH"] = room;
    const error = await problem(path).finally(() => {
      process.env["PATH"] = before;
    });
    expect([error.code, error.exitCode]).toEqual(["environment", 4]);
    expect(error.message).toBe("sos.tar.xz is packed with xz, which is not installed here");
    expect(error.hint).toContain("Install the package xz-utils, or run `xz -d`");
  });
});

describe("archives inside of archives", () => {
  it("are opened, and their names tell where", async () => {
    const inner = gzipSync(await tarOf({ "./cmd/ip-a.md": "one" }));
    const zip = zipOf({ name: "dump/tool.tar.gz", body: inner }, { name: "dump/b.txt.gz", body: gzipSync("two") });
    expect((await read(await put("dump.zip", zip))).files).toEqual([
      { path: "dump/tool.tar.gz/cmd/ip-a.md", text: "one", command: "ip a" },
    ]);
    expect((await read(await put("plain.zip", zipOf({ name: "dump/b.txt.gz", body: gzipSync("two") })))).files).toEqual(
      [{ path: "dump/b.txt", text: "two" }],
    );
  });

  it("are refused where they are nested without end", async () => {
    let bytes = await tarOf({ "a.txt": "deep" });
    for (let depth = 1; depth <= 2; depth++) bytes = await tarOf({ [`${String(depth)}.tar`]: bytes });
    expect((await read(await put("three.tar", bytes))).files).toEqual([{ path: "2.tar/1.tar/a.txt", text: "deep" }]);
    const error = await problem(await put("four.tar", await tarOf({ "3.tar": bytes })));
    expect([error.code, error.message]).toEqual([
      "bad-archive",
      "four.tar/3.tar/2.tar/1.tar is an archive inside of archives, more than 3 deep",
    ]);
  });
});

describe("a hostile archive", () => {
  it("that unpacks to far more than it is, is refused before it is unpacked", async () => {
    const error = await problem(await put("bomb.tar.gz", gzipSync(await tarOf({ "a.txt": Buffer.alloc(40 << 20) }))));
    expect([error.code, error.exitCode]).toEqual(["too-large", 3]);
    expect(error.message).toBe("bomb.tar.gz unpacks to more than 250 times its size");
    const zip = zipOf({ name: "a.txt", body: Buffer.alloc(40 << 20), sum: 0 });
    expect((await problem(await put("bomb.zip", zip))).message).toContain("bomb.zip/a.txt unpacks to more than 250");
  });

  it("with more files than anything real is refused", async () => {
    const header = (await tarOf({ "n/a.txt": "" })).subarray(0, 512);
    const many = Buffer.concat([...Array.from({ length: 20_001 }, () => header), Buffer.alloc(1024)]);
    expect((await problem(await put("many.tar", many))).code).toBe("too-large");
  });

  it("whose checksums are wrong is refused", async () => {
    const zip = zipOf({ name: "a.txt", body: "one", sum: 1 });
    expect((await problem(await put("sum.zip", zip))).message).toContain("the checksum of a.txt is wrong");
    const tar = Buffer.from(await tarOf({ "a.txt": "one" }));
    tar.write("b", 0);
    expect((await problem(await put("sum.tar", tar))).code).toBe("bad-archive");
    const gzip = gzipSync("some text");
    gzip.writeUInt32LE(1, gzip.length - 8);
    expect((await problem(await put("sum.gz", gzip))).code).toBe("bad-archive");
  });

  it("names with control characters, devices and links are left out, whatever the kind", async () => {
    const tar = await packTar([
      { header: { name: "a\u001b[2J.txt", size: 1, type: "file" }, body: "x" },
      { header: { name: "dev", size: 0, type: "character-device" } },
      { header: { name: "fifo", size: 0, type: "fifo" } },
      { header: { name: "hard", size: 0, type: "link", linkname: "/etc/shadow" } },
      { header: { name: "fine", size: 1, type: "file" }, body: "y" },
    ]);
    const collected = await read(await put("odd.tar", tar));
    expect(collected.files).toEqual([{ path: "fine", text: "y" }]);
    expect(collected.diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      "warning file-name",
      "info file-not-regular",
      "info file-not-regular",
      "info file-not-regular",
    ]);
    const zip = zipOf({ name: "a\0b.txt", body: "x" }, { name: "fine", body: "y" });
    expect(codes(await read(await put("odd.zip", zip)))).toEqual(["file-name a\0b.txt"]);
  });

  it("has the later of two files of one name, as on disk", async () => {
    const zip = zipOf({ name: "a.txt", body: "old" }, { name: "a.txt", body: "new" });
    expect((await read(await put("twice.zip", zip))).files).toEqual([{ path: "a.txt", text: "new" }]);
  });
});

describe("an archive of several nodes", () => {
  const nodes = {
    "calico-diagnostics-1/nodes/n1/ip-rule.txt": "0:\tfrom all lookup local\r\n",
    "calico-diagnostics-1/nodes/n2/ip-rule.txt": "1:\tfrom all lookup local\r\n",
    "calico-diagnostics-1/cluster/version.yaml": "a: b",
  };

  it("asks for one of them", async () => {
    const path = await put("diags.tar", await tarOf(nodes));
    const error = await problem(path);
    expect([error.exitCode, error.message]).toEqual([2, `${path} holds 2 nodes: n1, n2`]);
    expect(error.hint).toBe(`Name one behind the archive: -f ${path}#n1`);
    expect((await collectNodes(path, Readable.from([]), say)).map(({ name }) => name)).toEqual(["n1", "n2"]);
  });

  it("gives the one that was named", async () => {
    const path = await put("diags.tar", await tarOf(nodes));
    const collected = await read(`${path}#n2`);
    expect([collected.name, collected.files.map(({ path: file }) => file)]).toEqual([
      "diags.tar#n2",
      ["calico-diagnostics-1/nodes/n2/ip-rule.txt"],
    ]);
    const error = await problem(`${path}#n3`);
    expect([error.exitCode, error.message, error.hint]).toEqual([
      2,
      `there is no node “n3” in ${path}`,
      "There is n1, n2.",
    ]);
  });

  it("is told from a file with # in its name, and from a plain snapshot", async () => {
    const path = await put("a#b.txt", "text");
    expect((await read(path)).files).toEqual([{ path: "a#b.txt", text: "text" }]);
    const plain = await put("plain.txt", "text");
    expect((await problem(`${plain}#n1`)).message).toBe(`${plain} is one snapshot: there is no node “n1” in it`);
  });

  it("is told from one node with network namespaces, which is read without being asked for", async () => {
    const path = await put(
      "sosreport-n1-2026-11-26-abc.tar",
      await tarOf({
        "sosreport-n1-2026-11-26-abc/sos_commands/networking/ip_-o_addr": "",
        "sosreport-n1-2026-11-26-abc/sos_commands/networking/namespaces/blue/ip_netns_exec_blue_iptables-save": "",
        "sosreport-n1-2026-11-26-abc/var/log/messages": "a lot",
      }),
    );
    const collected = await read(path);
    expect(collected.files.map(({ command }) => command)).toEqual(["ip -o addr"]);
    expect(collected.diagnostics.map(({ code, params }) => [code, params["count"]])).toEqual([
      ["files-aside", 1],
      ["namespaces-beside", undefined],
    ]);
    expect((await read(`${path}#n1/blue`)).files.map(({ command }) => command)).toEqual(["iptables-save"]);
  });
});

function tarOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const entries = Object.entries(files);
  return packTar(
    entries.map(([name, body]) => ({ header: { name, size: Buffer.byteLength(body), type: "file" as const }, body })),
  );
}

async function pack(argv: readonly [string, ...string[]], bytes: Uint8Array): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of filtered(argv, Readable.from([bytes]))) chunks.push(chunk);
  return Buffer.concat(chunks);
}
