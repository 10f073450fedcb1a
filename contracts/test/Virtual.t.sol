// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    ChannelTerms,
    LaneLocks,
    Redemption,
    SignedCloseRequest,
    SignedVoucher,
    VirtualLock,
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

    // ---- by a lock ----

    function settledWithLock(ChannelTerms memory t, uint8 n, uint128 amount) private returns (VirtualLock memory lock) {
        fund(t, n, amount);
        bytes32[] memory leaves = new bytes32[](3);
        leaves[1] = keccak256("another lock");
        leaves[2] = virtualLeaf(2, amount, id);
        bytes32 root = Reference.rootOf(leaves);
        startCloseAs(n == 0 ? signerB : signerA, t, lane(t, n, 1, 0, amount, root));
        skip(WINDOW);
        LaneLocks memory locks = LaneLocks(amount, root);
        sluice.settle(t, n == 0 ? locks : noLocks(), n == 1 ? locks : noLocks(), PUSH);
        end = uint64(block.timestamp + VIRTUAL_WINDOW);
        return VirtualLock(n, amount, 2, amount, Reference.proofOf(leaves, 2));
    }

    function test_aLockStartsTheWindowForAnyone() public {
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = settledWithLock(t, 0, 100);
        vm.prank(stranger);
        sluice.closeVirtualByLock(v, t, lock);
        assertVirtual(0, end);
    }

    function test_byLockOnLane1() public {
        (v.path[0], v.path[1]) = (signerB, signerA);
        id = sluice.virtualId(v);
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = settledWithLock(t, 1, 100);
        sluice.closeVirtualByLock(v, t, lock);
        assertVirtual(0, end);
    }

    function test_byLockOnlyAlongThePath() public {
        (v.path[0], v.path[1]) = (signerB, signerA);
        id = sluice.virtualId(v);
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = settledWithLock(t, 0, 100);
        refuses(abi.encodeWithSelector(NotNeighbours.selector, id, signerA, signerB));
        sluice.closeVirtualByLock(v, t, lock);
        (v.path[0], v.path[1], v.path[2]) = (signerA, payee, signerB);
        id = sluice.virtualId(v);
        refuses(abi.encodeWithSelector(NotNeighbours.selector, id, signerA, signerB));
        sluice.closeVirtualByLock(v, t, lock);
        // nobody follows the last
        (v.path[0], v.path[1], v.path[2]) = (payee, signerB, signerA);
        id = sluice.virtualId(v);
        refuses(abi.encodeWithSelector(NotNeighbours.selector, id, signerA, signerB));
        sluice.closeVirtualByLock(v, t, lock);
    }

    function test_byLockAtTheEndOfThePath() public {
        (v.path[0], v.path[1], v.path[2]) = (payee, signerA, signerB);
        id = sluice.virtualId(v);
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = settledWithLock(t, 0, 100);
        sluice.closeVirtualByLock(v, t, lock);
        assertVirtual(0, end);
    }

    function test_byLockNeedsASettledChannel() public {
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = VirtualLock(0, 100, 0, 100, new bytes32[](0));
        bytes32 root = virtualLeaf(0, 100, id);
        fund(t, 0, 100);
        startCloseAs(signerB, t, lane(t, 0, 1, 0, 100, root));
        skip(WINDOW);
        refuses(abi.encodeWithSelector(NotSettled.selector, sluice.channelId(t)));
        sluice.closeVirtualByLock(v, t, lock);
    }

    function test_byLockNeedsAProof() public {
        ChannelTerms memory t = nativeTerms();
        bytes32 channel = sluice.channelId(t);
        VirtualLock memory good = settledWithLock(t, 0, 100);
        for (uint256 i; i < 5; ++i) {
            VirtualLock memory lock = abi.decode(abi.encode(good), (VirtualLock));
            bytes memory refusal = abi.encodeWithSelector(LocksMismatch.selector, channel, 0);
            if (i == 0) lock.amount -= 1;
            if (i == 1) lock.index = 3;
            if (i == 2) lock.locked += 1;
            if (i == 3) lock.proof[0] = keccak256("x");
            if (i == 4) {
                lock.index = 4;
                refusal = abi.encodeWithSelector(BadProof.selector, channel, 0, 4);
            }
            refuses(refusal);
            sluice.closeVirtualByLock(v, t, lock);
        }
        good.lane = 2;
        refuses(abi.encodeWithSelector(WrongLane.selector, 2));
        sluice.closeVirtualByLock(v, t, good);
    }

    function test_byLockOfAnotherVirtualChannelIsRefused() public {
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = settledWithLock(t, 0, 100);
        v.nonce = 8;
        refuses(abi.encodeWithSelector(LocksMismatch.selector, sluice.channelId(t), 0));
        sluice.closeVirtualByLock(v, t, lock);
    }

    function test_byLockNeedsAPath() public {
        ChannelTerms memory t = nativeTerms();
        VirtualLock memory lock = settledWithLock(t, 0, 100);
        v.path = new address[](1);
        refuses(abi.encodeWithSelector(BadPath.selector, 1));
        sluice.closeVirtualByLock(v, t, lock);
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
