"use strict";
// Robot and things of the replay, as groups of three.js; z is up, metres.
const Figures = (() => {
  const GLOW = 0.9;
  const UP = new THREE.Vector3(0, 0, 1);

  function material(rgba, more = {}) {
    const [red, green, blue, alpha] = rgba;
    const color = new THREE.Color().setRGB(red, green, blue, THREE.SRGBColorSpace);
    return new THREE.MeshStandardMaterial({ color, roughness: 0.62, metalness: 0.08, transparent: alpha < 1, opacity: alpha, ...more });
  }

  // Cylinders and capsules stand along z, as in URDF.
  function geometry(kind, size) {
    if (kind === "box") return new THREE.BoxGeometry(...size);
    if (kind === "sphere") return new THREE.SphereGeometry(size[0], 24, 16);
    const upright = kind === "capsule" ? new THREE.CapsuleGeometry(size[0], size[1], 8, 20) : new THREE.CylinderGeometry(size[0], size[0], size[1], 28);
    return upright.rotateX(Math.PI / 2);
  }

  function add(parent, kind, size, position, rgba, more) {
    const mesh = new THREE.Mesh(geometry(kind, size), material(rgba, more));
    mesh.position.set(...position);
    mesh.castShadow = mesh.receiveShadow = true;
    parent.add(mesh);
    return mesh;
  }

  function setOrigin(object, xyz, rpy) {
    object.position.set(...xyz);
    object.rotation.set(rpy[0], rpy[1], rpy[2], "ZYX");
  }

  // A bar of a link without simple shapes: from the link's origin to a joint.
  function addBar(parent, end, radius, rgba) {
    const to = new THREE.Vector3(...end);
    const mesh = add(parent, "capsule", [radius, Math.max(0.001, to.length())], [0, 0, 0], rgba);
    mesh.position.copy(to).multiplyScalar(0.5);
    mesh.quaternion.setFromUnitVectors(UP, to.normalize());
  }

  // The robot as nested groups; `pose(joints)` turns its joints.
  function makeRobot(description, jointNames) {
    const links = {};
    for (const [name, shapes] of Object.entries(description.links)) {
      links[name] = new THREE.Group();
      for (const shape of shapes) {
        if (shape.kind === "bar") addBar(links[name], shape.xyz, shape.size[0], shape.rgba);
        else setOrigin(add(links[name], shape.kind, shape.size, shape.xyz, shape.rgba), shape.xyz, shape.rpy);
      }
    }
    const moving = [];
    const children = new Set();
    for (const joint of description.joints) {
      const origin = new THREE.Group();
      setOrigin(origin, joint.xyz, joint.rpy);
      links[joint.parent].add(origin);
      origin.add(links[joint.child]);
      children.add(joint.child);
      const index = jointNames.indexOf(joint.name);
      const axis = new THREE.Vector3(...joint.axis).normalize();
      if (index >= 0) moving.push({ index, axis, group: links[joint.child], slides: joint.type === "prismatic" });
    }
    const root = links[Object.keys(links).find((name) => !children.has(name))];
    const pose = (joints) => {
      for (const { index, axis, group, slides } of moving) {
        if (slides) group.position.copy(axis).multiplyScalar(joints[index]);
        else group.quaternion.setFromAxisAngle(axis, joints[index]);
      }
    };
    return { root, pose };
  }

  // A thing of a kind's scene: its shapes, in its frame.
  function makeThing(thing) {
    const group = new THREE.Group();
    for (const shape of thing.shapes) {
      const light = shape.glow ? { emissive: new THREE.Color().setRGB(...shape.glow, THREE.SRGBColorSpace), emissiveIntensity: GLOW } : {};
      const mesh = add(group, shape.kind, shape.size, shape.position, shape.colour, light);
      setOrigin(mesh, shape.position, shape.rpy);
      mesh.scale.set(...shape.stretch);
      mesh.castShadow = !shape.glow;
    }
    return group;
  }

  // A bar between two points of its parent's frame.
  function placeBar(mesh, from, to) {
    mesh.position.copy(from).add(to).multiplyScalar(0.5);
    mesh.quaternion.setFromUnitVectors(UP, to.clone().sub(from).normalize());
  }

  return { makeRobot, makeThing, placeBar, add, material };
})();
