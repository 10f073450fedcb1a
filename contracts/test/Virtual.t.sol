// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    ChannelTerms,
    LaneLocks,
    Redemption,
    SignedCloseRequest,
    SignedVoucher,
    Subtree,
    SubtreeSlot,
    VirtualTerms
} from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract VirtualTest is Fixture {
    VirtualTerms private v;
    bytes32 private id;
    uint64 private end;

    function setUp() public override {
        super.setUp();
        v = virtualTerms(100);
        id = sluice.virtualId(v);
        end = uint64(block.timestamp + VIRTUAL_WINDOW);
    }

    function assertVirtual(uint128 amount, uint64 finalAt) private view {
        (uint128 a, uint64 f) = sluice.virtualState(id);
        assertEq(a, amount);
        assertEq(f, finalAt);
    }

    function redeemAs(address who, SignedVoucher memory voucher_) private {
        vm.prank(who);
        sluice.redeem(v, voucher_);
    }

    // ---- closeVirtual ----

    function word(uint256 amount, uint256 finalAt) private pure returns (uint256) {
        return finalAt << 128 | amount;
    }

    function test_anyMemberStartsTheWindow() public {
        for (uint256 i; i < 3; ++i) {
            v.nonce = uint64(100 + i);
            id = sluice.virtualId(v);
            emits();
            emit VirtualUpdated(id, word(0, end));
            vm.prank(v.path[i]);
            sluice.closeVirtual(v);
            assertVirtual(0, end);
        }
    }

    function test_othersDoNot() public {
        refuses(abi.encodeWithSelector(NotMember.selector, id, stranger));
        vm.prank(stranger);
        sluice.closeVirtual(v);
        refuses(abi.encodeWithSelector(NotMember.selector, id, accountA));
        vm.prank(accountA);
        sluice.closeVirtual(v);
    }

    function test_closingAgainChangesNothing() public {
        redeemAs(payee, voucher(v, 40));
        skip(10);
        vm.recordLogs();
        vm.prank(signerB);
        sluice.closeVirtual(v);
        assertVirtual(40, end);
        vm.warp(end);
        vm.prank(signerA);
        sluice.closeVirtual(v);
        assertVirtual(40, end);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_pathsOfTwoToSix() public {
        for (uint256 length; length <= 7; ++length) {
            v.path = new address[](length);
            for (uint256 i; i < length; ++i) {
                v.path[i] = vm.addr(500 + i);
            }
            if (length < 2 || length > 6) {
                refuses(abi.encodeWithSelector(BadPath.selector, length));
                vm.prank(vm.addr(500));
                sluice.closeVirtual(v);
                SignedVoucher memory empty;
                refuses(abi.encodeWithSelector(BadPath.selector, length));
                vm.prank(vm.addr(500));
                sluice.redeem(v, empty);
            } else {
                vm.prank(v.path[length - 1]);
                sluice.closeVirtual(v);
            }
        }
    }

    function test_relayedForAMember() public {
        vm.prank(stranger);
        sluice.closeVirtualFor(v, request(payee, keyPayee, id));
        assertVirtual(0, end);
    }

    function test_relayedUntilTheDeadline() public {
        SignedCloseRequest memory consent = request(payee, keyPayee, id);
        skip(1);
        refuses(abi.encodeWithSelector(DeadlinePassed.selector, consent.deadline, block.timestamp));
        sluice.closeVirtualFor(v, consent);
    }

    function test_relayedNeedsTheMembersRequestForThisOne() public {
        SignedCloseRequest memory wrong = request(payee, keyPayee, keccak256("another"));
        refuses(abi.encodeWithSelector(BadSignature.selector, closeRequestDigest(id, wrong.deadline), payee));
        sluice.closeVirtualFor(v, wrong);
        wrong = request(stranger, keyStranger, id);
        refuses(abi.encodeWithSelector(NotMember.selector, id, stranger));
        sluice.closeVirtualFor(v, wrong);
    }

    // ---- by locks ----

    /// @dev A part of a tree with one slot, which holds a lock for the virtual channel.
    function slotOf(bytes32[] memory leaves, uint32 index, uint128 amount) private view returns (Subtree memory part) {
        part.first = index;
        part.slots = new SubtreeSlot[](1);
        part.slots[0] = SubtreeSlot(amount, id);
        part.proof = Reference.proofOf(leaves, index);
    }

    function only() private view returns (VirtualTerms[] memory items) {
        items = new VirtualTerms[](1);
        items[0] = v;
    }

    function settledWithLeaves(ChannelTerms memory t, uint8 n, uint128 locked, bytes32[] memory leaves) private {
        fund(t, n, locked);
        bytes32 root = Reference.rootOf(leaves);
        startCloseAs(n == 0 ? signerB : signerA, t, lane(t, n, 1, 0, locked, root));
        skip(WINDOW);
        LaneLocks memory locks = LaneLocks(locked, root);
        sluice.settle(t, n == 0 ? locks : noLocks(), n == 1 ? locks : noLocks(), PUSH);
        end = uint64(block.timestamp + VIRTUAL_WINDOW);
    }

    /// @dev A settled channel with a lock of 100 for the virtual channel in slot 2 of lane n.
    function settledWithLock(ChannelTerms memory t, uint8 n) private returns (Subtree memory part) {
        bytes32[] memory leaves = new bytes32[](3);
        leaves[1] = keccak256("another lock");
        leaves[2] = virtualLeaf(2, 100, id);
        settledWithLeaves(t, n, 100, leaves);
        return slotOf(leaves, 2, 100);
    }

    function skipped(bytes4 reason) private {
        emits();
        emit Skipped(id, 0, reason);
    }

    function test_aLockStartsTheWindowForAnyone() public {
        ChannelTerms memory t = nativeTerms();
        Subtree memory part = settledWithLock(t, 0);
        vm.prank(stranger);
        sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
        assertVirtual(0, end);
    }

    function test_byLockOnLane1() public {
        (v.path[0], v.path[1]) = (signerB, signerA);
        id = sluice.virtualId(v);
        ChannelTerms memory t = nativeTerms();
        Subtree memory part = settledWithLock(t, 1);
        sluice.closeVirtualsByLocks(only(), t, 1, 100, part);
        assertVirtual(0, end);
    }

    function test_byLockOnlyAlongThePath() public {
        address[3][3] memory paths = [[signerB, signerA, payee], [signerA, payee, signerB], [payee, signerB, signerA]];
        for (uint256 i; i < 3; ++i) {
            (v.path[0], v.path[1], v.path[2]) = (paths[i][0], paths[i][1], paths[i][2]);
            id = sluice.virtualId(v);
            ChannelTerms memory t = nativeTerms();
            t.nonce = uint64(300 + i);
            Subtree memory part = settledWithLock(t, 0);
            skipped(NotNeighbours.selector);
            sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
            assertVirtual(0, 0);
        }
    }

    function test_byLockAtTheEndOfThePath() public {
        (v.path[0], v.path[1], v.path[2]) = (payee, signerA, signerB);
        id = sluice.virtualId(v);
        ChannelTerms memory t = nativeTerms();
        Subtree memory part = settledWithLock(t, 0);
        sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
        assertVirtual(0, end);
    }

    function test_byLockNeedsASettledChannel() public {
        ChannelTerms memory t = nativeTerms();
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = virtualLeaf(0, 100, id);
        fund(t, 0, 100);
        startCloseAs(signerB, t, lane(t, 0, 1, 0, 100, leaves[0]));
        skip(WINDOW);
        Subtree memory part = slotOf(leaves, 0, 100);
        refuses(abi.encodeWithSelector(NotSettled.selector, sluice.channelId(t)));
        sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
    }

    function test_byLockNeedsAProof() public {
        ChannelTerms memory t = nativeTerms();
        bytes32 channel = sluice.channelId(t);
        Subtree memory good = settledWithLock(t, 0);
        for (uint256 i; i < 5; ++i) {
            Subtree memory part = abi.decode(abi.encode(good), (Subtree));
            if (i == 0) part.slots[0].amount -= 1;
            if (i == 1) part.first = 3;
            if (i == 3) part.proof[0] = keccak256("x");
            if (i == 4) part.first = 4;
            refuses(abi.encodeWithSelector(BadProof.selector, channel, 0, part.first));
            sluice.closeVirtualsByLocks(only(), t, 0, i == 2 ? 101 : 100, part);
        }
        refuses(abi.encodeWithSelector(WrongLane.selector, 2));
        sluice.closeVirtualsByLocks(only(), t, 2, 100, good);
    }

    /// @dev A leaf or another number in the place of the id is no lock for it.
    function test_byLockOfAnotherVirtualChannelIsSkipped() public {
        ChannelTerms memory t = nativeTerms();
        Subtree memory part = settledWithLock(t, 0);
        v.nonce = 8;
        id = sluice.virtualId(v);
        skipped(NoLock.selector);
        sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
        assertVirtual(0, 0);
    }

    function test_aLeafThatReadsAsAnIdIsNoLock() public {
        ChannelTerms memory t = nativeTerms();
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = id;
        settledWithLeaves(t, 0, 100, leaves);
        Subtree memory part = slotOf(leaves, 0, 0);
        skipped(NoLock.selector);
        sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
        assertVirtual(0, 0);
    }

    function test_byLockNeedsTerms() public {
        v.path = new address[](1);
        id = sluice.virtualId(v);
        ChannelTerms memory t = nativeTerms();
        Subtree memory part = settledWithLock(t, 0);
        skipped(BadPath.selector);
        sluice.closeVirtualsByLocks(only(), t, 0, 100, part);
        assertVirtual(0, 0);
    }

    /// @dev Eight slots in one call: locks for virtual channels, another lock, an empty slot, one given by its leaf alone.
    function test_manyWindowsByOnePartOfTheTree() public {
        VirtualTerms[] memory items = new VirtualTerms[](5);
        bytes32[] memory ids = new bytes32[](5);
        bytes32[] memory leaves = new bytes32[](11);
        Subtree memory part;
        part.slots = new SubtreeSlot[](8);
        uint8[5] memory places = [0, 1, 4, 6, 7];
        for (uint256 i; i < 5; ++i) {
            items[i] = virtualTerms(100);
            items[i].nonce = uint64(400 + i);
            if (i == 2) items[i].path[1] = payee;
            ids[i] = sluice.virtualId(items[i]);
            leaves[places[i]] = virtualLeaf(places[i], 10, ids[i]);
            part.slots[places[i]] = SubtreeSlot(10, ids[i]);
        }
        leaves[2] = keccak256("another lock");
        leaves[9] = keccak256("outside of the part");
        part.slots[2] = SubtreeSlot(0, leaves[2]);
        part.slots[7] = SubtreeSlot(0, leaves[7]);
        part.proof = new bytes32[](1);
        part.proof[0] = Reference.rootOf(leaves, 8, 3);
        settledWithLeaves(nativeTerms(), 0, 100, leaves);
        vm.prank(signerA);
        sluice.closeVirtual(items[1]);
        skip(5);
        emits();
        emit VirtualUpdated(ids[0], word(0, end + 5));
        emits();
        emit Skipped(ids[2], 2, NotNeighbours.selector);
        emits();
        emit VirtualUpdated(ids[3], word(0, end + 5));
        emits();
        emit Skipped(ids[4], 4, NoLock.selector);
        vm.recordLogs();
        sluice.closeVirtualsByLocks(items, nativeTerms(), 0, 100, part);
        assertEq(vm.getRecordedLogs().length, 4);
        uint64[5] memory ends = [end + 5, end, 0, end + 5, 0];
        for (uint256 i; i < 5; ++i) {
            (, uint64 finalAt) = sluice.virtualState(ids[i]);
            assertEq(finalAt, ends[i]);
        }
        // in another order than the locks', the second is not found
        (items[0], items[4]) = (items[3], items[0]);
        emits();
        emit Skipped(ids[0], 4, NoLock.selector);
        sluice.closeVirtualsByLocks(items, nativeTerms(), 0, 100, part);
    }

    // ---- many at once ----

    function batchOfFour() private view returns (VirtualTerms[] memory items, bytes32[] memory ids) {
        (items, ids) = (new VirtualTerms[](4), new bytes32[](4));
        for (uint256 i; i < 4; ++i) {
            items[i] = virtualTerms(100);
            items[i].nonce = uint64(600 + i);
            if (i == 1) items[i].path[2] = stranger;
            if (i == 2) items[i].path = new address[](1);
            if (i == 3) items[i].disputeWindow = 0;
            ids[i] = sluice.virtualId(items[i]);
        }
    }

    function expectBatchOfFour(bytes32[] memory ids) private {
        emits();
        emit VirtualUpdated(ids[0], word(0, end));
        emits();
        emit Skipped(ids[1], 1, NotMember.selector);
        emits();
        emit Skipped(ids[2], 2, BadPath.selector);
        emits();
        emit Skipped(ids[3], 3, ZeroWindow.selector);
    }

    function test_manyWindowsOfAMember() public {
        (VirtualTerms[] memory items, bytes32[] memory ids) = batchOfFour();
        expectBatchOfFour(ids);
        vm.prank(payee);
        sluice.closeVirtuals(items);
        // again: the one that runs is left alone
        vm.recordLogs();
        vm.prank(payee);
        sluice.closeVirtuals(items);
        assertEq(vm.getRecordedLogs().length, 3);
    }

    function test_manyWindowsByOneRequest() public {
        (VirtualTerms[] memory items, bytes32[] memory ids) = batchOfFour();
        uint64 deadline = uint64(block.timestamp);
        bytes32 digest = Reference.closeRequest(address(sluice), ids, deadline);
        SignedCloseRequest memory consent = SignedCloseRequest(payee, deadline, signBytes(keyPayee, digest));
        uint256 before = vm.snapshotState();
        expectBatchOfFour(ids);
        sluice.closeVirtualsFor(items, consent);
        vm.revertToState(before);
        // of these ids in this order, until the deadline
        (items[0], items[1]) = (items[1], items[0]);
        (ids[0], ids[1]) = (ids[1], ids[0]);
        digest = Reference.closeRequest(address(sluice), ids, deadline);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, payee));
        sluice.closeVirtualsFor(items, consent);
        skip(1);
        refuses(abi.encodeWithSelector(DeadlinePassed.selector, deadline, block.timestamp));
        sluice.closeVirtualsFor(items, consent);
    }

    /// @dev A request for several is none for one of them.
    function test_aRequestForManyIsUsedWhole() public {
        (VirtualTerms[] memory items, bytes32[] memory ids) = batchOfFour();
        uint64 deadline = uint64(block.timestamp);
        bytes32 digest = Reference.closeRequest(address(sluice), ids, deadline);
        SignedCloseRequest memory consent = SignedCloseRequest(payee, deadline, signBytes(keyPayee, digest));
        refuses(abi.encodeWithSelector(BadSignature.selector, closeRequestDigest(ids[0], deadline), payee));
        sluice.closeVirtualFor(items[0], consent);
    }

    function test_aWindowOfZeroStartsNever() public {
        v.disputeWindow = 0;
        id = sluice.virtualId(v);
        bytes memory refusal = abi.encodeWithSelector(ZeroWindow.selector);
        refuses(refusal);
        vm.prank(payee);
        sluice.closeVirtual(v);
        SignedVoucher memory s = voucher(v, 40);
        refuses(refusal);
        redeemAs(payee, s);
    }

    // ---- redeem ----

    function test_aMembersRedemptionStartsTheWindow() public {
        emits();
        emit VirtualUpdated(id, word(40, end));
        redeemAs(payee, voucher(v, 40));
        assertVirtual(40, end);
    }

    function test_anyMemberStartsByRedeemingEvenNothing() public {
        redeemAs(signerB, voucher(v, 0));
        assertVirtual(0, end);
    }

    function test_othersNeedARunningWindow() public {
        SignedVoucher memory s = voucher(v, 40);
        refuses(abi.encodeWithSelector(VirtualNotClosing.selector, id, stranger));
        redeemAs(stranger, s);
        vm.prank(signerA);
        sluice.closeVirtual(v);
        skip(5);
        emits();
        emit VirtualUpdated(id, word(40, end));
        redeemAs(stranger, s);
        assertVirtual(40, end);
    }

    function test_theAmountOnlyRises() public {
        redeemAs(payee, voucher(v, 40));
        SignedVoucher memory s = voucher(v, 40);
        refuses(abi.encodeWithSelector(NotHigher.selector, id, 40, 40));
        redeemAs(signerA, s);
        s = voucher(v, 39);
        refuses(abi.encodeWithSelector(NotHigher.selector, id, 40, 39));
        redeemAs(signerA, s);
        redeemAs(stranger, voucher(v, 41));
        assertVirtual(41, end);
    }

    function test_neverAboveCapacity() public {
        redeemAs(payee, voucher(v, 1000));
        assertVirtual(100, end);
    }

    function test_finalIsFinal() public {
        redeemAs(payee, voucher(v, 40));
        SignedVoucher memory s = voucher(v, 41);
        vm.warp(end);
        refuses(abi.encodeWithSelector(VirtualFinal.selector, id, end));
        redeemAs(payee, s);
        vm.warp(end - 1);
        redeemAs(payee, s);
        assertVirtual(41, end);
    }

    function test_onlyThePayersSignature() public {
        SignedVoucher memory s = voucher(v, 40);
        bytes32 digest = Reference.voucher(address(sluice), id, 40, 0, 0, 0);
        s.signature = sign(keyB, digest);
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerA));
        redeemAs(payee, s);
        s.signature = none();
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerA));
        redeemAs(payee, s);
    }

    function test_aZeroPayerSignsNothing() public {
        v.path[0] = address(0);
        SignedVoucher memory s;
        s.amount = 40;
        vm.prank(payee);
        vm.expectRevert();
        sluice.redeem(v, s);
    }

    function test_everyFieldIsSigned() public {
        bytes32 anchor = keccak256(abi.encode(keccak256("seed")));
        for (uint256 i; i < 4; ++i) {
            SignedVoucher memory s = tickVoucher(v, 10, anchor, 5, 7, 0, 0);
            if (i == 0) s.amount += 1;
            if (i == 1) s.tickAnchor = keccak256("other");
            if (i == 2) s.tickValue += 1;
            if (i == 3) s.tickCount += 1;
            vm.expectPartialRevert(BadSignature.selector);
            redeemAs(payee, s);
        }
    }

    function test_aVoucherOfAnotherVirtualChannelIsRefused() public {
        SignedVoucher memory s = voucher(v, 40);
        v.nonce = 8;
        vm.expectPartialRevert(BadSignature.selector);
        redeemAs(payee, s);
    }

    // ---- ticks ----

    function chain(bytes32 seed, uint256 count) private pure returns (bytes32[] memory links) {
        links = new bytes32[](count + 1);
        links[0] = seed;
        for (uint256 i; i < count; ++i) {
            links[i + 1] = keccak256(abi.encode(links[i]));
        }
    }

    function test_ticksAddUp() public {
        bytes32[] memory links = chain("seed", 8);
        for (uint32 ticks; ticks <= 8; ++ticks) {
            SignedVoucher memory s = tickVoucher(v, 10, links[8], 5, 8, ticks, links[8 - ticks]);
            redeemAs(payee, s);
            assertVirtual(uint128(10 + 5 * ticks), end);
        }
    }

    function test_noTickNeedsNoPreimage() public {
        bytes32[] memory links = chain("seed", 8);
        redeemAs(payee, tickVoucher(v, 10, links[8], 5, 8, 0, "anything"));
        assertVirtual(10, end);
    }

    function test_ticksStopAtCapacity() public {
        bytes32[] memory links = chain("seed", 8);
        redeemAs(payee, tickVoucher(v, 10, links[8], type(uint128).max, 8, 8, links[0]));
        assertVirtual(100, end);
    }

    function test_refusesFalseTicks() public {
        bytes32[] memory links = chain("seed", 8);
        SignedVoucher memory s = tickVoucher(v, 10, links[8], 5, 8, 3, links[4]);
        refuses(abi.encodeWithSelector(BadTick.selector, id, 3, 8));
        redeemAs(payee, s);
        s = tickVoucher(v, 10, links[8], 5, 2, 3, links[5]);
        refuses(abi.encodeWithSelector(BadTick.selector, id, 3, 2));
        redeemAs(payee, s);
        s = tickVoucher(v, 10, 0, 5, 0, 1, 0);
        refuses(abi.encodeWithSelector(BadTick.selector, id, 1, 0));
        redeemAs(payee, s);
    }

    /// @dev What nobody signed is not hashed, however long it says that it is.
    function test_ticksAreHashedAfterTheSignatureIsChecked() public {
        SignedVoucher memory s = tickVoucher(v, 1, "anchor", 1, type(uint32).max, type(uint32).max, 0);
        s.amount += 1;
        vm.expectPartialRevert(BadSignature.selector);
        vm.prank(payee);
        sluice.redeem{ gas: 200_000 }(v, s);
        Redemption[] memory items = new Redemption[](2);
        items[0] = Redemption(v, s);
        items[1].terms = virtualTerms(100);
        items[1].terms.nonce = 8;
        items[1].voucher = voucher(items[1].terms, 5);
        vm.prank(payee);
        sluice.redeemBatch{ gas: 300_000 }(items);
        (uint128 amount,) = sluice.virtualState(sluice.virtualId(items[1].terms));
        assertEq(amount, 5);
    }

    // ---- batches ----

    function test_aBatchRedeemsAndSkips() public {
        Redemption[] memory items = new Redemption[](8);
        bytes32[] memory ids = new bytes32[](8);
        for (uint256 i; i < 8; ++i) {
            VirtualTerms memory w = virtualTerms(100);
            w.nonce = uint64(300 + i);
            if (i == 5) w.path = new address[](1);
            if (i == 6) w.path[2] = stranger;
            items[i] = Redemption(w, voucher(w, uint128(10 + i)));
            ids[i] = sluice.virtualId(w);
        }
        vm.prank(payee);
        sluice.redeem(items[1].terms, items[1].voucher);
        skip(VIRTUAL_WINDOW);
        vm.prank(payee);
        sluice.redeem(items[2].terms, items[2].voucher);
        items[3].voucher.ticks = 1;
        items[4].voucher.amount += 1;
        emits();
        emit VirtualUpdated(ids[0], word(10, block.timestamp + VIRTUAL_WINDOW));
        emits();
        emit Skipped(ids[1], 1, VirtualFinal.selector);
        emits();
        emit Skipped(ids[2], 2, NotHigher.selector);
        emits();
        emit Skipped(ids[3], 3, BadTick.selector);
        emits();
        emit Skipped(ids[4], 4, BadSignature.selector);
        emits();
        emit Skipped(ids[5], 5, BadPath.selector);
        emits();
        emit Skipped(ids[6], 6, VirtualNotClosing.selector);
        emits();
        emit VirtualUpdated(ids[7], word(17, block.timestamp + VIRTUAL_WINDOW));
        vm.recordLogs();
        vm.prank(payee);
        sluice.redeemBatch(items);
        assertEq(vm.getRecordedLogs().length, items.length);
        (uint128 amount,) = sluice.virtualState(ids[4]);
        assertEq(amount, 0);
        (amount,) = sluice.virtualState(ids[7]);
        assertEq(amount, 17);
    }

    function testFuzz_redeemsTheHighest(uint128[5] memory amounts, uint128 capacity) public {
        v.capacity = capacity;
        id = sluice.virtualId(v);
        vm.prank(signerA);
        sluice.closeVirtual(v);
        uint128 highest;
        for (uint256 i; i < 5; ++i) {
            SignedVoucher memory s = voucher(v, amounts[i]);
            uint128 capped = amounts[i] < capacity ? amounts[i] : capacity;
            if (capped <= highest) refuses(abi.encodeWithSelector(NotHigher.selector, id, highest, capped));
            else highest = capped;
            sluice.redeem(v, s);
            assertVirtual(highest, end);
        }
    }
}
