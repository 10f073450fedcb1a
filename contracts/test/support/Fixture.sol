// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { ISluice } from "../../src/interfaces/ISluice.sol";
import {
    ChannelState,
    ChannelTerms,
    CompactSignature,
    LaneLocks,
    Party,
    SignedCloseRequest,
    SignedLane,
    SignedVoucher,
    Unlock,
    VirtualTerms
} from "../../src/interfaces/SluiceTypes.sol";
import { ISluiceErrors } from "../../src/interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../src/interfaces/ISluiceEvents.sol";
import { Token } from "../mocks/Token.sol";
import { Reference } from "./Reference.sol";

/// @notice A contract, two parties and a hub with keys, a funded channel of each kind on demand, and everything signed.
abstract contract Fixture is Test, ISluiceEvents, ISluiceErrors {
    uint32 internal constant WINDOW = 3600;
    uint32 internal constant VIRTUAL_WINDOW = 1800;
    uint64 internal constant DEADLINE = 1_000_000 + 600;
    uint8 internal constant PUSH = 0;

    ISluice internal sluice;
    Token internal token;

    uint256 internal keyA;
    uint256 internal keyB;
    uint256 internal keyPayee = 0xcafe;
    uint256 internal keyStranger = 0xdead;
    address internal signerA;
    address internal signerB;
    address internal payee;
    address internal stranger;
    address internal accountA = address(0xA0000000A);
    address internal accountB = address(0xB0000000B);

    function setUp() public virtual {
        vm.warp(1_000_000);
        sluice = ISluice(deployCode("Sluice.sol:Sluice"));
        token = new Token();
        (keyA, keyB) = (0xa11ce, 0xb0b);
        if (vm.addr(keyA) > vm.addr(keyB)) (keyA, keyB) = (keyB, keyA);
        (signerA, signerB) = (vm.addr(keyA), vm.addr(keyB));
        payee = vm.addr(keyPayee);
        stranger = vm.addr(keyStranger);
        vm.label(signerA, "signerA");
        vm.label(signerB, "signerB");
        vm.label(accountA, "accountA");
        vm.label(accountB, "accountB");
    }

    // ---- channels ----

    function nativeTerms() internal view returns (ChannelTerms memory) {
        return ChannelTerms(Party(accountA, signerA), Party(accountB, signerB), address(0), WINDOW, 1);
    }

    function tokenTerms() internal view returns (ChannelTerms memory t) {
        t = nativeTerms();
        t.token = address(token);
    }

    function fund(ChannelTerms memory t, uint8 party, uint256 amount) internal {
        if (amount == 0) return;
        if (t.token == address(0)) {
            vm.deal(address(this), amount);
            sluice.depositWithValue{ value: amount }(t, party);
        } else {
            Token(t.token).mint(address(this), amount);
            Token(t.token).approve(address(sluice), amount);
            sluice.depositWithAllowance(t, party, amount);
        }
    }

    function funded(uint256 a, uint256 b) internal returns (ChannelTerms memory t, bytes32 id) {
        t = nativeTerms();
        fund(t, 0, a);
        fund(t, 1, b);
        id = sluice.channelId(t);
    }

    function startCloseAs(address who, ChannelTerms memory t, SignedLane memory v) internal {
        vm.prank(who);
        sluice.startClose(t, v);
    }

    function updateLaneAs(address who, ChannelTerms memory t, SignedLane memory v) internal {
        vm.prank(who);
        sluice.updateLane(t, v);
    }

    /// @dev Closes with these vouchers and settles after the window.
    function settled(ChannelTerms memory t, SignedLane memory v0, SignedLane memory v1) internal {
        startCloseAs(signerB, t, v0);
        if (v1.seq != 0) updateLaneAs(signerA, t, v1);
        skip(t.disputeWindow);
        sluice.settle(t, LaneLocks(v0.locked, v0.locksRoot), LaneLocks(v1.locked, v1.locksRoot), PUSH);
    }

    // ---- signatures ----

    function sign(uint256 key, bytes32 digest) internal pure returns (CompactSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return CompactSignature(r, bytes32(uint256(s) | uint256(v - 27) << 255));
    }

    function signBytes(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function none() internal pure returns (CompactSignature memory empty) { }

    function noVoucher() internal pure returns (SignedLane memory empty) { }

    function noLocks() internal pure returns (LaneLocks memory empty) { }

    /// @dev Signed by the lane's payer alone.
    function lane(ChannelTerms memory t, uint8 n, uint64 seq, uint128 paid) internal view returns (SignedLane memory) {
        return lane(t, n, seq, paid, 0, 0);
    }

    function lane(ChannelTerms memory t, uint8 n, uint64 seq, uint128 paid, uint128 locked, bytes32 root)
        internal
        view
        returns (SignedLane memory)
    {
        bytes32 digest = Reference.laneVoucher(address(sluice), sluice.channelId(t), n, seq, paid, locked, root);
        return SignedLane(n, seq, paid, locked, root, sign(n == 0 ? keyA : keyB, digest), none());
    }

    /// @dev Countersigned by the lane's receiver.
    function both(ChannelTerms memory t, SignedLane memory v) internal view returns (SignedLane memory) {
        bytes32 digest =
            Reference.laneVoucher(address(sluice), sluice.channelId(t), v.lane, v.seq, v.paid, v.locked, v.locksRoot);
        v.receiverSignature = sign(v.lane == 0 ? keyB : keyA, digest);
        return v;
    }

    function request(address by, uint256 key, bytes32 id) internal view returns (SignedCloseRequest memory) {
        uint64 deadline = uint64(block.timestamp);
        return SignedCloseRequest(by, deadline, signBytes(key, closeRequestDigest(id, deadline)));
    }

    function closeRequestDigest(bytes32 id, uint64 deadline) internal view returns (bytes32) {
        return Reference.closeRequest(address(sluice), id, deadline);
    }

    // ---- virtual channels ----

    /// @dev Payer a, hub b, and a payee who is no party of the channel.
    function virtualTerms(uint128 capacity) internal view returns (VirtualTerms memory t) {
        t.path = new address[](3);
        (t.path[0], t.path[1], t.path[2]) = (signerA, signerB, payee);
        t.capacity = capacity;
        t.disputeWindow = VIRTUAL_WINDOW;
        t.nonce = 7;
    }

    function voucher(VirtualTerms memory t, uint128 amount) internal view returns (SignedVoucher memory) {
        return tickVoucher(t, amount, 0, 0, 0, 0, 0);
    }

    function tickVoucher(
        VirtualTerms memory t,
        uint128 amount,
        bytes32 anchor,
        uint128 tickValue,
        uint32 tickCount,
        uint32 ticks,
        bytes32 preimage
    ) internal view returns (SignedVoucher memory) {
        bytes32 digest = Reference.voucher(address(sluice), sluice.virtualId(t), amount, anchor, tickValue, tickCount);
        return SignedVoucher(amount, anchor, tickValue, tickCount, ticks, preimage, sign(keyA, digest));
    }

    /// @dev Closes V and brings it to a final amount.
    function finalVirtual(VirtualTerms memory t, uint128 amount) internal {
        SignedVoucher memory highest = voucher(t, amount);
        vm.prank(t.path[t.path.length - 1]);
        if (amount == 0) sluice.closeVirtual(t);
        else sluice.redeem(t, highest);
        skip(t.disputeWindow);
    }

    // ---- locks ----

    function virtualLeaf(uint32 index, uint128 amount, bytes32 virtualId) internal view returns (bytes32) {
        return Reference.leaf(index, amount, Reference.condition(address(sluice), virtualId, 0));
    }

    function unlockOf(bytes32[] memory leaves, uint32 index, uint128 amount, bytes32 virtualId)
        internal
        view
        returns (Unlock memory)
    {
        return Unlock(index, amount, address(sluice), virtualId, 0, Reference.proofOf(leaves, index));
    }

    // ---- gas ----

    /// @dev The least gas with which a call succeeds, to within a thousand: what a node's estimate would answer.
    function leastGas(bytes memory input) internal returns (uint256 enough) {
        uint256 tooLittle = 20_000;
        enough = 100_000_000;
        assertTrue(succeedsWith(enough, input), "fails with any gas");
        while (enough - tooLittle > 1000) {
            uint256 middle = (enough + tooLittle) / 2;
            if (succeedsWith(middle, input)) enough = middle;
            else tooLittle = middle;
        }
    }

    function succeedsWith(uint256 gas, bytes memory input) internal returns (bool ok) {
        uint256 before = vm.snapshotState();
        (ok,) = address(sluice).call{ gas: gas }(input);
        vm.revertToState(before);
    }

    // ---- expectations ----

    function refuses(bytes memory encodedError) internal {
        vm.expectRevert(encodedError);
    }

    function emits() internal {
        vm.expectEmit(true, true, true, true, address(sluice));
    }

    function stateOf(bytes32 id) internal view returns (ChannelState memory) {
        return sluice.channelState(id);
    }
}
