"use strict";
// The 3D replay: everything in the scene is placed from the recorded motion for any moment asked for.
const Replay = (() => {
  const EYE_HEIGHT = 0.85;
  const BOARD_HIDDEN_WITHIN = 3; // a board so close to the camera hides the robot
  const VIEWS = { quarter: [3.3, 2.1, 1.45], side: [0.3, 4.4, 1.1], front: [4.8, -0.3, 1.2], top: [-0.6, 0, 8] };

  function decode(text, Type) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Type(bytes.buffer);
  }

  function color(name) {
    return new THREE.Color(getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  }

  // Rows of `width` numbers; what stands still has one row.
  class Track {
    constructor(text, width) {
      this.values = decode(text, Float32Array);
      this.width = width;
      this.last = this.values.length / width - 1;
    }

    // `count` numbers of a row, from `offset` on.
    at(row, offset = 0, count = this.width) {
      const start = this.width * Math.min(row, this.last) + offset;
      return this.values.subarray(start, start + count);
    }

    // A point between a row and the next; null where there is none.
    point(row, next, share) {
      const from = new THREE.Vector3().fromArray(this.at(row, 0, 3));
      if (Number.isNaN(from.x)) return null;
      const to = new THREE.Vector3().fromArray(this.at(next, 0, 3));
      return Number.isNaN(to.x) ? from : from.lerp(to, share);
    }

    // Put an object where these poses say: position and quaternion of a row, and a share of the way to the next.
    place(object, row, next, share) {
      object.position.copy(this.point(row, next, share));
      const turn = new THREE.Quaternion().fromArray(this.at(next, 3, 4));
      object.quaternion.fromArray(this.at(row, 3, 4)).slerp(turn, share);
    }
  }

  function makeLights(scene) {
    scene.add(new THREE.HemisphereLight(0xffffff, 0x8d9488, 1.7));
    const sun = new THREE.DirectionalLight(0xfff3e0, 2.2);
    sun.castShadow = true;
    sun.shadow.mapSize.set(1024, 1024);
    Object.assign(sun.shadow.camera, { left: -3, right: 3, top: 3, bottom: -3, near: 1, far: 16 });
    sun.shadow.bias = -0.0008;
    scene.add(sun, sun.target);
    return sun;
  }

  class Player {
    constructor(data, canvas) {
      this.data = data;
      this.canvas = canvas;
      this.joints = decode(data.joints, Float32Array);
      this.base = new Track(data.base, 7);
      this.width = data.joint_names.length;
      this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
      this.renderer.shadowMap.enabled = true;
      this.renderer.shadowMap.type = THREE.PCFShadowMap;
      this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
      this.camera = new THREE.PerspectiveCamera(38, 1, 0.05, 250);
      this.camera.up.set(0, 0, 1);
      this.controls = new THREE.OrbitControls(this.camera, canvas);
      this.controls.maxPolarAngle = 1.55;
      this.controls.minDistance = 0.8;
      this.controls.maxDistance = 40;
      this.controls.addEventListener("change", () => this.draw());
      this.controls.target.set(0, 0, EYE_HEIGHT);
      this.build();
      this.look("quarter");
    }

    build() {
      this.scene = new THREE.Scene();
      this.scene.background = color("--sky");
      this.scene.fog = new THREE.Fog(color("--sky"), 25, 75);
      this.sun = makeLights(this.scene);
      const ground = Ground.make(this.data, color("--floor"));
      this.boards = ground.children.filter((child) => child.userData.board);
      this.scene.add(ground);
      this.robot = Figures.makeRobot(this.data.geometry, this.data.joint_names);
      this.things = this.data.scene.things.map((thing) => ({ group: Figures.makeThing(thing), poses: new Track(thing.poses, 7) }));
      this.people = this.data.scene.people.map((person) => ({
        ...Person.make(person),
        stance: new Track(person.stance, 3),
        hand: person.hand && new Track(person.hand, 3),
      }));
      this.scene.add(this.robot.root, ...this.things.map(({ group }) => group), ...this.people.map(({ group }) => group));
    }

    moveOthers(row, next, share) {
      for (const { group, poses } of this.things) poses.place(group, row, next, share);
      for (const { stand, reach, stance, hand } of this.people) {
        const [x, y, yaw] = stance.at(row);
        const [toX, toY, toYaw] = stance.at(next);
        const turn = Math.atan2(Math.sin(toYaw - yaw), Math.cos(toYaw - yaw));
        stand(x + share * (toX - x), y + share * (toY - y), yaw + share * turn);
        reach(hand && hand.point(row, next, share));
      }
    }

    // Place everything for a moment of the trial [s] and draw it.
    show(time) {
      const { rate, start, count } = this.data;
      const exact = Math.min(Math.max((time - start) * rate, 0), count - 1);
      const row = Math.floor(exact);
      const next = Math.min(row + 1, count - 1);
      const share = exact - row;
      const angles = new Float32Array(this.width);
      for (let index = 0; index < this.width; index++) {
        const from = this.joints[row * this.width + index];
        angles[index] = from + share * (this.joints[next * this.width + index] - from);
      }
      this.robot.pose(angles);
      this.base.place(this.robot.root, row, next, share);
      this.moveOthers(row, next, share);
      this.follow(this.robot.root.position);
      this.draw();
    }

    follow(position) {
      const shift = new THREE.Vector3(position.x, position.y, EYE_HEIGHT).sub(this.controls.target);
      this.controls.target.add(shift);
      this.camera.position.add(shift);
      this.sun.target.position.copy(this.controls.target);
      this.sun.position.copy(this.controls.target).add(new THREE.Vector3(2.2, 2.6, 6));
    }

    look(view) {
      const target = this.controls.target;
      this.camera.position.set(...VIEWS[view]).add(new THREE.Vector3(target.x, target.y, 0));
      this.controls.update(); // draws
    }

    draw() {
      const { clientWidth, clientHeight } = this.canvas;
      if (!clientWidth || !clientHeight) return;
      const size = `${clientWidth}x${clientHeight}`;
      if (size !== this.size) {
        this.size = size;
        this.renderer.setSize(clientWidth, clientHeight, false);
        this.camera.aspect = clientWidth / clientHeight;
        this.camera.updateProjectionMatrix();
      }
      for (const stand of this.boards) stand.visible = stand.userData.board.distanceTo(this.camera.position) > BOARD_HIDDEN_WITHIN;
      this.renderer.render(this.scene, this.camera);
    }
  }

  // The player, or null where the browser cannot draw.
  function make(data, canvas) {
    try {
      return new Player(data, canvas);
    } catch (error) {
      console.info(`no replay: ${error.message}`);
      return null;
    }
  }

  return { make };
})();
