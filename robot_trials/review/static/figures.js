"use strict";
// Robot, people and torch of the replay, as groups of three.js; z is up, metres.
const Figures = (() => {
  const SHOULDER = new THREE.Vector3(0, -0.21, 1.4);
  const UPPER_ARM = 0.36;
  const FOREARM = 0.34;
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

  function makeTorch() {
    const torch = new THREE.Group();
    const stage = (low, high, radius, rgba) => add(torch, "cylinder", [radius, high - low], [0, 0, (low + high) / 2], rgba);
    stage(-0.25, 0.12, 0.018, [0.78, 0.62, 0.3, 1]);
    stage(0.12, 0.22, 0.013, [0.72, 0.1, 0.12, 1]);
    stage(0.22, 0.38, 0.034, [0.72, 0.1, 0.12, 1]);
    stage(0.38, 0.4, 0.04, [0.88, 0.74, 0.4, 1]);
    const flame = add(torch, "sphere", [0.05], [0, 0, 0.45], [1, 0.55, 0.1, 0.9], { emissive: 0xff7a10, emissiveIntensity: 0.9 });
    flame.scale.set(0.6, 0.6, 1.3);
    flame.castShadow = false;
    return torch;
  }

  function makePerson(stance, clothes) {
    const person = new THREE.Group();
    person.position.set(stance[0], stance[1], 0);
    person.rotation.z = stance[2];
    const skin = [0.86, 0.66, 0.53, 1];
    for (const side of [0.1, -0.1]) {
      add(person, "capsule", [0.075, 0.68], [0, side, 0.48], clothes.trousers);
      add(person, "box", [0.26, 0.1, 0.07], [0.05, side, 0.035], [0.9, 0.9, 0.9, 1]);
    }
    const trunk = add(person, "capsule", [0.15, 0.36], [0, 0, 1.16], clothes.shirt);
    trunk.scale.set(0.85, 1.2, 1);
    add(person, "cylinder", [0.05, 0.12], [0, 0, 1.5], skin);
    add(person, "sphere", [0.105], [0, 0, 1.64], skin).scale.set(1, 0.88, 1.15);
    add(person, "sphere", [0.108], [-0.02, 0, 1.68], [0.1, 0.08, 0.07, 1]).scale.set(0.95, 0.9, 1);
    add(person, "capsule", [0.045, 0.5], [0.02, 0.245, 1.13], clothes.shirt);
    const bars = [
      add(person, "capsule", [0.047, UPPER_ARM], [0, 0, 0], clothes.shirt),
      add(person, "capsule", [0.036, FOREARM - 0.04], [0, 0, 0], skin),
      add(person, "sphere", [0.045], [0, 0, 0], skin),
    ];
    person.updateMatrixWorld();
    return { group: person, reach: (world) => reach(person, bars, world) };
  }

  function placeBar(mesh, from, to) {
    mesh.position.copy(from).add(to).multiplyScalar(0.5);
    mesh.quaternion.setFromUnitVectors(UP, to.clone().sub(from).normalize());
  }

  // Upper arm and forearm towards a point of the world, elbow down and outwards; no point: the arm hangs.
  function reach(person, bars, world) {
    const target = world ? person.worldToLocal(world.clone()) : new THREE.Vector3(0.08, -0.26, 0.74);
    const way = target.sub(SHOULDER);
    const distance = Math.min(way.length(), UPPER_ARM + FOREARM - 0.002);
    way.normalize();
    const along = (UPPER_ARM ** 2 - FOREARM ** 2 + distance ** 2) / (2 * distance);
    const aside = new THREE.Vector3(-0.15, -0.5, -1);
    aside.addScaledVector(way, -aside.dot(way)).normalize();
    const height = Math.sqrt(Math.max(0, UPPER_ARM ** 2 - along ** 2));
    const elbow = SHOULDER.clone().addScaledVector(way, along).addScaledVector(aside, height);
    const hand = SHOULDER.clone().addScaledVector(way, distance);
    placeBar(bars[0], SHOULDER, elbow);
    placeBar(bars[1], elbow, hand);
    bars[2].position.copy(hand);
  }

  return { makeRobot, makeTorch, makePerson, add, material };
})();
