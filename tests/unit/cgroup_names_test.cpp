// SPDX-License-Identifier: MIT OR Apache-2.0
// Units and containers of cgroup paths as they are met in the field, and of paths that only look like them.
#include "process/cgroup_names.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace exectap {
namespace {

const std::string id = "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d";
const std::string inner_id = "0e768f8db752fcd648adb264498daa1d8f31562320e881d6a9ec593d24b1f779";
const std::string pod = "/kubepods/besteffort/pod74c13223-5a00-11e9-b385-42010a80018d/";

std::string unit(std::string_view cgroup) { return std::string(unit_of(cgroup).value_or("none")); }
std::string container(std::string_view cgroup) { return std::string(container_id_of(cgroup).value_or("none")); }

TEST(UnitOf, IsTheService) {
    EXPECT_EQ(unit("/system.slice/nginx.service"), "nginx.service");
    EXPECT_EQ(unit("/system.slice/system-getty.slice/getty@tty1.service"), "getty@tty1.service");
    EXPECT_EQ(unit("/user.slice/user-1000.slice/user@1000.service/app.slice/app-foo.scope"), "app-foo.scope");
    EXPECT_EQ(unit("/user.slice/user-0.slice/session-3.scope"), "session-3.scope");
    EXPECT_EQ(unit("/init.scope"), "init.scope");
    EXPECT_EQ(unit("/system.slice/docker-" + id + ".scope"), "docker-" + id + ".scope");
    EXPECT_EQ(unit(R"(/machine.slice/machine-qemu\x2d1\x2dvm.scope/libvirt/emulator)"),
              R"(machine-qemu\x2d1\x2dvm.scope)");
}

TEST(UnitOf, IsTheSocketMountOrSwap) {
    EXPECT_EQ(unit("/system.slice/dbus.socket"), "dbus.socket");
    EXPECT_EQ(unit(R"(/system.slice/boot-efi.mount)"), "boot-efi.mount");
    EXPECT_EQ(unit("/system.slice/-.mount"), "-.mount");
    EXPECT_EQ(unit(R"(/system.slice/dev-disk-by\x2duuid-1.swap)"), R"(dev-disk-by\x2duuid-1.swap)");
}

TEST(UnitOf, LooksAboveCgroupsThatAreNoUnits) {
    EXPECT_EQ(unit("/system.slice/foo.service/sub"), "foo.service");
    EXPECT_EQ(unit("/system.slice/foo.service//a/b/c//"), "foo.service");
    EXPECT_EQ(unit("//system.slice//foo.service"), "foo.service");
    EXPECT_EQ(unit("/machine.slice/systemd-nspawn@web.service/payload"), "systemd-nspawn@web.service");
}

TEST(UnitOf, IsNotWhatAUnitCallsTheCgroupsBelowIt) {
    EXPECT_EQ(unit("/system.slice/foo.service/sshd.service"), "foo.service");
    EXPECT_EQ(unit("/system.slice/foo.service/system.slice/sshd.service"), "foo.service");
    EXPECT_EQ(unit("/system.slice/foo.service/user@0.service/bar.scope"), "foo.service");
    EXPECT_EQ(unit("/system.slice/foo.service/bar.slice"), "foo.service");
    EXPECT_EQ(unit("/user.slice/user-1000.slice/session-3.scope/sshd.service"), "session-3.scope");
    EXPECT_EQ(unit("/system.slice/docker-" + id + ".scope/system.slice/nginx.service"), "docker-" + id + ".scope");
}

TEST(UnitOf, IsAUsersUnitBelowHisManager) {
    const std::string manager = "/user.slice/user-1000.slice/user@1000.service";
    EXPECT_EQ(unit(manager + "/init.scope"), "init.scope");
    EXPECT_EQ(unit(manager + "/app.slice/foo.service"), "foo.service");
    EXPECT_EQ(unit(manager + "/app.slice/app-x.slice/foo@1.service/sub"), "foo@1.service");
    EXPECT_EQ(unit(manager + "/app.slice/foo.service/app.slice/bar.service"), "foo.service");
    EXPECT_EQ(unit("/user@0.service/_cpu.service"), "cpu.service");
}

TEST(UnitOf, IsTheUsersManagerWhereThereIsNoUnitBelowIt) {
    const std::string manager = "/user.slice/user-1000.slice/user@1000.service";
    for (const std::string below : {"", "/", "/app.slice", "/app.slice/x", "/x/foo.service", "/app.slice/a b.service"})
        EXPECT_EQ(unit(manager + below), "user@1000.service") << below;
}

// A manager is looked below once, and only where it is one.
TEST(UnitOf, DescendsOnceOnly) {
    EXPECT_EQ(unit("/user@1000.service/user@1001.service/foo.service"), "user@1001.service");
    for (const std::string name : {"user@ann.service", "user@.service1.service", "user@1000.scope", "user@1 0.service",
                                   "user@1000x.service", "xuser@1000.service", "user1000.service"}) {
        const auto found = unit("/user.slice/" + name + "/foo.service");
        EXPECT_NE(found, "foo.service") << name;
    }
    EXPECT_EQ(unit("/user.slice/user@ann.service/foo.service"), "user@ann.service");
}

TEST(UnitOf, IsTheInnermostSliceWhereNoUnitFollows) {
    EXPECT_EQ(unit("/user.slice/user-1000.slice"), "user-1000.slice");
    EXPECT_EQ(unit("/-.slice"), "-.slice");
    EXPECT_EQ(unit("/kubepods.slice/kubepods-besteffort.slice/x"), "kubepods-besteffort.slice");
    EXPECT_EQ(unit("/kubepods.slice/x/other.slice"), "kubepods.slice");
    EXPECT_EQ(unit("/kubepods.slice/x/foo.service"), "kubepods.slice");
}

// There are no instances of slices.
TEST(UnitOf, IsNoSliceWithAnAtSign) {
    EXPECT_EQ(unit("/a@b.slice/foo.service"), "none");
    EXPECT_EQ(unit("/a.slice/a@b.slice/foo.service"), "a.slice");
}

TEST(UnitOf, DropsTheUnderscoreOfNamesThatClashWithTheKernels) {
    EXPECT_EQ(unit("/system.slice/_cpu.service"), "cpu.service");
    EXPECT_EQ(unit("/system.slice/__foo.service"), "_foo.service");
    EXPECT_EQ(unit("/_io.slice"), "io.slice");
    EXPECT_EQ(unit("/system.slice/_.service"), "system.slice");
}

TEST(UnitOf, IsNothingWithoutOne) {
    for (const std::string path : {"", "/", "//", "/docker/abc", "/init", "/a.target", "/service", "/.service",
                                   "/.scope/.slice", "/foo.services", "/foo.Service", "/foo.service.d"})
        EXPECT_EQ(unit(path), "none") << path;
}

// The systemd in there is another one, with names of its own.
TEST(UnitOf, IsNothingInAContainerThatIsNoUnitItself) {
    EXPECT_EQ(unit("/docker/" + id + "/system.slice/nginx.service"), "none");
    EXPECT_EQ(unit("/docker/" + id + "/init.scope"), "none");
    EXPECT_EQ(unit("/lxc.payload.web/system.slice/ssh.service"), "none");
    EXPECT_EQ(unit(pod + id + "/user@0.service/x.scope"), "none");
}

// Bytes that systemd lets nobody put into the name of a unit.
TEST(UnitOf, IsNoNameThatSystemdWouldRefuse) {
    for (const std::string name : {"a b.service", "a\nb.service", "\x1b[2J.service", "a\"b.scope", "\xc3\xa9.service",
                                   "@x.service", "template@.service", "a*b.service", "x,y.service"})
        EXPECT_EQ(unit("/system.slice/" + name), "system.slice") << name;
    EXPECT_EQ(unit(std::string_view("/a\0b.service", 12)), "none");
}

// What was first in them is not there.
TEST(UnitOf, IsNothingOfPathsThatWereCut) {
    EXPECT_EQ(unit(".../app.slice/foo.service/x"), "none");
    EXPECT_EQ(unit(".../x"), "none");
    EXPECT_EQ(unit(".../"), "none");
}

TEST(UnitOf, IsAViewIntoThePath) {
    const std::string path = "/system.slice/_cpu.service/x";
    const auto found = unit_of(path);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->data(), path.data() + path.find("cpu"));
}

// As engines make them, by their own words: the file of the engine's source that the form comes from. Those that hand
// "slice:prefix:id" to an OCI runtime get <slice>/<prefix>-<id>.scope (opencontainers/runc
// libcontainer/cgroups/systemd/common.go), in which crun makes a cgroup more (containers/crun
// src/libcrun/cgroup-systemd.c, run.oci.systemd.subgroup).
struct EngineCgroup {
    std::string engine;
    std::string cgroup;
    std::string container;
    std::string unit;
    std::string source;
};

std::vector<EngineCgroup> engine_cgroups() {
    const std::string manager = "/user.slice/user-1000.slice/user@1000.service/";
    const std::string docker = "docker-" + id + ".scope";
    const std::string libpod = "libpod-" + id + ".scope";
    const std::string payload = "libpod-payload-" + id;
    const std::string nerdctl = "nerdctl-" + id + ".scope";
    const std::string crio = "crio-" + id + ".scope";
    const std::string cri = "cri-containerd-" + id + ".scope";
    const std::string uid = "74c13223-5a00-11e9-b385-42010a80018d";
    const std::string slice_uid = "74c13223_5a00_11e9_b385_42010a80018d";
    const std::string guaranteed = "/kubepods.slice/kubepods-pod" + slice_uid + ".slice/";
    const std::string burstable =
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + slice_uid + ".slice/";
    const std::string besteffort =
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + slice_uid + ".slice/";
    const std::string moby = "moby/moby daemon/oci_linux.go, WithCgroups()";
    const std::string podman = "containers/podman libpod/container_internal_linux.go, getOCICgroupPath()";
    const std::string parents = "containers/podman libpod/container.go, *DefaultCgroupParent";
    const std::string pods = "containers/podman libpod/runtime_pod_linux.go";
    const std::string nerd = "containerd/nerdctl pkg/cmd/container/run_cgroup_linux.go, generateCgroupPath()";
    const std::string spec = "containerd/containerd oci/spec.go: \"/\", namespace, id";
    const std::string crio_systemd = "cri-o/cri-o internal/config/cgmgr/systemd_linux.go";
    const std::string crio_fs = "cri-o/cri-o internal/config/cgmgr/cgroupfs_linux.go";
    const std::string cri_path = "containerd/containerd pkg/cri/server/helpers_linux.go, getCgroupsPath()";
    const std::string kubelet = "kubernetes/kubernetes pkg/kubelet/cm/pod_container_manager_linux.go; ";
    const std::string lxc = "lxc/lxc src/lxc/cgroups/cgroup.h, DEFAULT_PAYLOAD_CGROUP_PREFIX";
    const std::string nspawn = "; systemd/systemd src/nspawn/nspawn-cgroup.c, create_subcgroup()";
    return {
        {"Docker, systemd", "/system.slice/" + docker, id, docker, moby},
        {"Docker, cgroupfs", "/docker/" + id, id, "none", moby},
        {"Docker, cgroupfs, systemd inside", "/docker/" + id + "/init.scope", id, "none", moby},
        {"Docker, rootless", manager + "user.slice/" + docker, id, docker, moby},
        {"Podman, systemd", "/machine.slice/" + libpod, id, libpod, podman + "; " + parents},
        {"Podman, systemd, crun", "/machine.slice/" + libpod + "/container", id, libpod, podman + "; " + parents},
        {"Podman, systemd, in a pod", "/machine.slice/machine-libpod_pod_" + inner_id + ".slice/" + libpod, id, libpod,
         pods},
        {"Podman, cgroupfs", "/libpod_parent/libpod-" + id, id, "none", podman + "; " + parents},
        {"Podman, cgroupfs, in a pod", "/libpod_parent/" + inner_id + "/libpod-" + id, id, "none", pods},
        {"Podman, rootless", manager + "user.slice/" + libpod + "/container", id, libpod, podman + "; " + parents},
        {"Podman, split", "/system.slice/web.service/" + payload, id, "web.service", podman},
        {"Podman, split, crun", "/system.slice/web.service/" + payload + "/container", id, "web.service", podman},
        {"Quadlet of a user", manager + "app.slice/web.service/" + payload, id, "web.service",
         podman + "; containers/podman pkg/systemd/quadlet/quadlet.go, --cgroups=split"},
        {"nerdctl, systemd", "/system.slice/" + nerdctl, id, nerdctl, nerd},
        {"nerdctl, rootless", manager + "user.slice/" + nerdctl, id, nerdctl, nerd},
        {"nerdctl, cgroupfs", "/default/" + id, id, "none", nerd + "; " + spec},
        {"ctr in the kubelet's namespace", "/k8s.io/" + id, id, "none", spec},
        {"CRI-O, systemd", "/system.slice/" + crio, id, crio, crio_systemd},
        {"CRI-O, cgroupfs", "/crio/crio-" + id, id, "none", crio_fs},
        {"Kubernetes, systemd, containerd, guaranteed", guaranteed + cri, id, cri, kubelet + cri_path},
        {"Kubernetes, systemd, containerd, burstable", burstable + cri, id, cri, kubelet + cri_path},
        {"Kubernetes, systemd, containerd, besteffort", besteffort + cri, id, cri, kubelet + cri_path},
        {"Kubernetes, systemd, CRI-O, guaranteed", guaranteed + crio, id, crio, kubelet + crio_systemd},
        {"Kubernetes, systemd, CRI-O, burstable", burstable + crio, id, crio, kubelet + crio_systemd},
        {"Kubernetes, systemd, CRI-O, besteffort", besteffort + crio, id, crio, kubelet + crio_systemd},
        {"Kubernetes, systemd, Docker", guaranteed + docker + "/kube-proxy", id, docker, kubelet + moby},
        {"Kubernetes, cgroupfs, containerd, guaranteed", "/kubepods/pod" + uid + "/" + id, id, "none",
         kubelet + cri_path},
        {"Kubernetes, cgroupfs, containerd, burstable", "/kubepods/burstable/pod" + uid + "/" + id, id, "none",
         kubelet + cri_path},
        {"Kubernetes, cgroupfs, containerd, besteffort", "/kubepods/besteffort/pod" + uid + "/" + id, id, "none",
         kubelet + cri_path},
        {"Kubernetes, cgroupfs, CRI-O, guaranteed", "/kubepods/pod" + uid + "/crio-" + id, id, "none",
         kubelet + crio_fs},
        {"Kubernetes, cgroupfs, CRI-O, burstable", "/kubepods/burstable/pod" + uid + "/crio-" + id, id, "none",
         kubelet + crio_fs},
        {"Kubernetes, cgroupfs, CRI-O, besteffort", "/kubepods/besteffort/pod" + uid + "/crio-" + id, id, "none",
         kubelet + crio_fs},
        {"Kubernetes, a static pod", "/kubelet/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" + id, id,
         "none", kubelet + cri_path + "; a hash for its uid: pkg/kubelet/config/common.go, applyDefaults()"},
        {"containerd without SystemdCgroup", "/kubepods-besteffort-pod" + slice_uid + ".slice:cri-containerd:" + id, id,
         "none", cri_path + "; falcosecurity/libs userspace/libsinsp/container_engine/cri.cpp, CRI_CGROUP_LAYOUT"},
        {"the same, below its service",
         "/system.slice/containerd.service/kubepods-besteffort-pod" + slice_uid + ".slice:cri-containerd:" + id, id,
         "containerd.service", cri_path},
        {"LXC", "/lxc.payload.web-1", "web-1", "none", lxc},
        {"LXC, systemd inside", "/lxc.payload.web-1/system.slice/ssh.service", "web-1", "none", lxc},
        {"LXD, Incus", "/lxc.payload.project_c1/init.scope", "project_c1", "none",
         lxc + "; lxc/incus internal/server/project/project.go, Instance()"},
        {"LXC before 4.0", "/lxc/web", "web", "none", "lxc/lxc src/lxc/initutils.c, DEFAULT_CGROUP_PATTERN: lxc/%n"},
        {"LXC, Proxmox", "/lxc/101/ns/init.scope", "101", "none",
         "proxmox/pve-container src/PVE/LXC.pm, lxc.cgroup.dir.container"},
        {"systemd-nspawn", "/machine.slice/machine-web.scope/payload/init.scope", "web", "machine-web.scope",
         "systemd/systemd src/machine/machine.c, machine_start_scope()" + nspawn},
        {"systemd-nspawn, not split", "/machine.slice/machine-web.scope", "web", "machine-web.scope",
         "systemd/systemd src/machine/machine.c, machine_start_scope()"},
        {"machinectl start", "/machine.slice/systemd-nspawn@web.service/payload", "web", "systemd-nspawn@web.service",
         "systemd/systemd units/systemd-nspawn@.service.in" + nspawn},
        {"libvirt's LXC", R"(/machine.slice/machine-lxc\x2d5\x2dweb.scope)", R"(lxc\x2d5\x2dweb)",
         R"(machine-lxc\x2d5\x2dweb.scope)", "systemd/systemd src/machine/machine.c, unit_name_escape()"},
    };
}

TEST(ContainerIdOf, KnowsTheCgroupsOfEngines) {
    for (const auto& each : engine_cgroups()) {
        EXPECT_EQ(container(each.cgroup), each.container) << each.engine << ", " << each.source;
        EXPECT_EQ(unit(each.cgroup), each.unit) << each.engine << ", " << each.source;
    }
}

TEST(ContainerIdOf, IsNothingOfAVirtualMachine) {
    const std::string machine = R"(/machine.slice/machine-qemu\x2d1\x2dvm.scope)";
    EXPECT_EQ(container(machine), "none");
    EXPECT_EQ(container(machine + "/libvirt/emulator"), "none");
    EXPECT_EQ(container("/docker/" + id + machine), id);
    // An nspawn container may begin like one.
    EXPECT_EQ(container("/machine.slice/machine-qemu.scope"), "qemu");
    EXPECT_EQ(container("/machine.slice/machine-qemubuild.scope"), "qemubuild");
}

TEST(ContainerIdOf, IsNothingOfWhatRunsTheContainer) {
    EXPECT_EQ(container("/machine.slice/libpod-conmon-" + id + ".scope"), "none");
    EXPECT_EQ(container("/kubepods.slice/crio-conmon-" + id + ".scope"), "none");
    EXPECT_EQ(container("/system.slice/docker.service"), "none");
    EXPECT_EQ(container("/system.slice/web.service/runtime"), "none");
    EXPECT_EQ(container("/lxc.monitor.web"), "none");
    EXPECT_EQ(container("/lxc.monitor/101"), "none");
    EXPECT_EQ(container("/machine.slice/machine-web.scope/supervisor"), "none");
    EXPECT_EQ(container("/machine.slice/systemd-nspawn@web.service/supervisor"), "none");
}

TEST(ContainerIdOf, IsTheInnermost) {
    EXPECT_EQ(container("/docker/" + id + "/docker/" + inner_id), inner_id);
    EXPECT_EQ(container("/system.slice/docker-" + id + ".scope/kubelet" + pod + inner_id), inner_id);
    EXPECT_EQ(container("/lxc.payload.web/machine.slice/libpod-" + id + ".scope/container"), id);
    EXPECT_EQ(container("/machine.slice/libpod-" + id + ".scope/supervisor"), id);
}

TEST(ContainerIdOf, TakesExactShapesOnly) {
    const auto shorter = id.substr(1);
    const std::string upper = "9EC39B91F3D70E1BEFF50A308F77067065EA6BE0D91A3378375056CD4422CF3D";
    for (const std::string& path : {"/system.slice/docker-" + shorter + ".scope",
                                    "/system.slice/docker-" + id + "0.scope",
                                    "/system.slice/docker-" + id,
                                    "/system.slice/docker-" + id + ".service",
                                    "/system.slice/docker-" + upper + ".scope",
                                    "/system.slice/xdocker-" + id + ".scope",
                                    "/system.slice/docker-g" + shorter + ".scope",
                                    "/docker/" + shorter,
                                    "/xdocker/" + id,
                                    "/" + id,
                                    "/user.slice/" + id,
                                    "/kubepods/besteffort/pod1/" + id,
                                    "/besteffort/pod74c13223-5a00-11e9-b385-42010a80018d/" + id,
                                    "/pods/pod74c13223-5a00-11e9-b385-42010a80018d/" + id,
                                    "/default/x/" + id,
                                    "/x/default/" + id,
                                    "/crio-" + id,
                                    "/x/crio/crio-" + id,
                                    "/crio/" + id,
                                    "/x:cri-containerd:" + id,
                                    "/kubepods.slice:cri-containerd:" + shorter,
                                    "/kubepods x.slice:cri-containerd:" + id,
                                    "/kubepods:cri-containerd:" + id,
                                    "/foo.slice:cri-containerd:" + id,
                                    pod + shorter})
        EXPECT_EQ(container(path), "none") << path;
}

TEST(ContainerIdOf, TakesFreeNamesInTheirPlacesOnly) {
    for (const std::string path : {"/lxc", "/lxc/", "/x/lxc/101", ".../lxc/101", "/lxc/a b", "/lxc.payload.",
                                   "/lxc.payload.a\x1b[2J", "/xlxc.payload.a", "/user.slice/machine-web.scope",
                                   "/machine.slice/machine-.scope", "/machine.slice/machine-a b.scope",
                                   "/machine.slice/x/machine-web.scope", "/systemd-nspawn@web.service/payload"})
        EXPECT_EQ(container(path), "none") << path;
}

TEST(ContainerIdOf, IsNothingOfNothing) {
    for (const std::string path : {"", "/", "///", "..."}) EXPECT_EQ(container(path), "none") << path;
}

}  // namespace
}  // namespace exectap
