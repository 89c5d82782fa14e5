"use strict";
// A person of the replay: stands, and moves one arm.
const Person = (() => {
  const SHOULDER = [0, 0.21, 1.4];
  const HANGING = [0.08, 0.26, 0.74];
  const OUTWARDS = [-0.15, 0.5, -1];
  const OTHER_ARM = 0.245;
  const UPPER_ARM = 0.36;
  const FOREARM = 0.34;
  const SKIN = [0.86, 0.66, 0.53, 1];
  const SHOES = [0.9, 0.9, 0.9, 1];
  const HAIR = [0.1, 0.08, 0.07, 1];

  // `left` is 1 for whom the left arm moves, -1 for the right.
  function on(left, [x, y, z]) {
    return new THREE.Vector3(x, left * y, z);
  }

  function make({ side, shirt, trousers }) {
    const person = new THREE.Group();
    const left = side === "left" ? 1 : -1;
    for (const foot of [0.1, -0.1]) {
      Figures.add(person, "capsule", [0.075, 0.68], [0, foot, 0.48], trousers);
      Figures.add(person, "box", [0.26, 0.1, 0.07], [0.05, foot, 0.035], SHOES);
    }
    Figures.add(person, "capsule", [0.15, 0.36], [0, 0, 1.16], shirt).scale.set(0.85, 1.2, 1);
    Figures.add(person, "cylinder", [0.05, 0.12], [0, 0, 1.5], SKIN);
    Figures.add(person, "sphere", [0.105], [0, 0, 1.64], SKIN).scale.set(1, 0.88, 1.15);
    Figures.add(person, "sphere", [0.108], [-0.02, 0, 1.68], HAIR).scale.set(0.95, 0.9, 1);
    Figures.add(person, "capsule", [0.045, 0.5], [0.02, -left * OTHER_ARM, 1.13], shirt);
    const arm = [
      Figures.add(person, "capsule", [0.047, UPPER_ARM], [0, 0, 0], shirt),
      Figures.add(person, "capsule", [0.036, FOREARM - 0.04], [0, 0, 0], SKIN),
      Figures.add(person, "sphere", [0.045], [0, 0, 0], SKIN),
    ];
    return {
      group: person,
      stand: (x, y, yaw) => {
        person.position.set(x, y, 0);
        person.rotation.z = yaw;
        person.updateMatrixWorld();
      },
      reach: (world) => reach(world ? person.worldToLocal(world.clone()) : on(left, HANGING), left, arm),
    };
  }

  // Upper arm and forearm towards a point of the person's frame, elbow down and outwards.
  function reach(target, left, [upper, fore, palm]) {
    const shoulder = on(left, SHOULDER);
    const way = target.sub(shoulder);
    const distance = Math.min(way.length(), UPPER_ARM + FOREARM - 0.002);
    way.normalize();
    const along = (UPPER_ARM ** 2 - FOREARM ** 2 + distance ** 2) / (2 * distance);
    const aside = on(left, OUTWARDS);
    aside.addScaledVector(way, -aside.dot(way)).normalize();
    const height = Math.sqrt(Math.max(0, UPPER_ARM ** 2 - along ** 2));
    const elbow = shoulder.clone().addScaledVector(way, along).addScaledVector(aside, height);
    const hand = shoulder.clone().addScaledVector(way, distance);
    Figures.placeBar(upper, shoulder, elbow);
    Figures.placeBar(fore, elbow, hand);
    palm.position.copy(hand);
  }

  return { make };
})();
