import { describe, expect, it } from "vitest";
import { parseCni } from "./parse-cni.ts";

describe("parseCni", () => {
  it("names the plugins in the order in which they are called", () => {
    const text = '{"name":"k8s","cniVersion":"0.3.1","plugins":[{"type":"calico"},{"type":"istio-cni"},{"kind":"?"}]}';
    expect(parseCni(text, "cni-10-calico.conflist")).toEqual({
      value: { file: "cni-10-calico.conflist", name: "k8s", plugins: ["calico", "istio-cni"], text },
      diagnostics: [],
    });
  });

  it("reads a file of one plugin", () => {
    const { value } = parseCni('{"cniVersion":"0.3.1","name":"cilium","type":"cilium-cni"}', "f");
    expect(value?.plugins).toEqual(["cilium-cni"]);
  });

  it.each(["", "{}", '{"plugins":[]}', "[1", '{"plugins":"__proto__"}'])("says so where %s names none", (text) => {
    const { value, diagnostics } = parseCni(text, "f");
    expect(value).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toContain("bad-cni");
  });
});
