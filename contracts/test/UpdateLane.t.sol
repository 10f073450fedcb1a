// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, LaneLocks, SignedLane } from "../src/interfaces/SluiceTypes.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract UpdateLaneTest is Fixture {
    ChannelTerms private t;
    bytes32 private id;
    uint64 private end;

    function setUp() public override {
        super.setUp();
        t = nativeTerms();
        fund(t, 0, 100);
        id = sluice.channelId(t);
        end = uint64(block.timestamp + WINDOW);
    }

    function digestOf(SignedLane memory v) private view returns (bytes32) {
        return Reference.laneVoucher(address(sluice), id, v.lane, v.seq, v.paid, v.locked, v.locksRoot);
    }

    function test_higherSeqReplacesLower() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40));
        emits();
        emit LaneUpdated(id, 6, 30 << 128 | 7, keccak256("root"));
        updateLaneAs(signerB, t, lane(t, 0, 6, 30, 7, keccak256("root")));
        assertEq(stateOf(id).lane0.seq, 6);
        assertEq(stateOf(id).lane0.paid, 30);
        assertEq(stateOf(id).lane0.locksHash, keccak256(abi.encode(7, keccak256("root"))));
        assertEq(stateOf(id).closesAt, end);
    }

    function test_bothLanesWhicheverHoldsTheTime() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40));
        updateLaneAs(signerA, t, lane(t, 1, 3, 10));
        assertEq(stateOf(id).lane0.paid, 40);
        assertEq(stateOf(id).lane1.paid, 10);
        assertEq(stateOf(id).closesAt, end);
        t.nonce = 2;
        id = sluice.channelId(t);
        startCloseAs(signerA, t, lane(t, 1, 3, 10));
        updateLaneAs(signerB, t, lane(t, 0, 5, 40));
        updateLaneAs(signerA, t, lane(t, 1, 4, 11));
        assertEq(stateOf(id).lane0.paid, 40);
        assertEq(stateOf(id).lane1.paid, 11);
        assertEq(stateOf(id).closesAt, end);
    }

    function test_locksGoneAreForgotten() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40, 9, keccak256("root")));
        updateLaneAs(signerB, t, lane(t, 0, 6, 49));
        assertEq(stateOf(id).lane0.locksHash, 0);
        skip(WINDOW);
        sluice.settle(t, LaneLocks(9, keccak256("root")), noLocks(), PUSH);
        assertEq(accountB.balance, 49);
        assertEq(accountA.balance, 51);
    }

    function test_refusesLowerOrEqualSeq() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40));
        SignedLane memory v = lane(t, 0, 5, 41);
        refuses(abi.encodeWithSelector(StaleVoucher.selector, id, 0, 5, 5));
        vm.prank(signerB);
        sluice.updateLane(t, v);
        v = lane(t, 0, 4, 41);
        refuses(abi.encodeWithSelector(StaleVoucher.selector, id, 0, 5, 4));
        vm.prank(signerB);
        sluice.updateLane(t, v);
        v = lane(t, 1, 0, 41);
        refuses(abi.encodeWithSelector(StaleVoucher.selector, id, 1, 0, 0));
        vm.prank(signerA);
        sluice.updateLane(t, v);
    }

    function test_seqsOfTheLanesAreApart() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40));
        updateLaneAs(signerA, t, lane(t, 1, 1, 2));
        assertEq(stateOf(id).lane1.seq, 1);
        updateLaneAs(signerB, t, lane(t, 0, type(uint64).max, type(uint128).max));
        assertEq(stateOf(id).lane0.seq, type(uint64).max);
        assertEq(stateOf(id).lane0.paid, type(uint128).max);
        assertEq(stateOf(id).closesAt, end);
    }

    function test_payerCannotShowWhatItsReceiverDidNotSign() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40));
        SignedLane memory v = lane(t, 0, 9, 0);
        refuses(abi.encodeWithSelector(NotReceiver.selector, id, 0, signerA));
        vm.prank(signerA);
        sluice.updateLane(t, v);
        refuses(abi.encodeWithSelector(NotReceiver.selector, id, 0, stranger));
        vm.prank(stranger);
        sluice.updateLane(t, v);
        refuses(abi.encodeWithSelector(NotReceiver.selector, id, 0, accountA));
        vm.prank(accountA);
        sluice.updateLane(t, v);
    }

    function test_receiversAccountMayShow() public {
        startCloseAs(signerB, t, noVoucher());
        updateLaneAs(accountB, t, lane(t, 0, 5, 40));
        assertEq(stateOf(id).lane0.paid, 40);
        updateLaneAs(accountA, t, lane(t, 1, 5, 30));
        assertEq(stateOf(id).lane1.paid, 30);
    }

    function test_anyoneMayShowWhatBothSigned() public {
        startCloseAs(signerB, t, noVoucher());
        updateLaneAs(stranger, t, both(t, lane(t, 0, 5, 40)));
        assertEq(stateOf(id).lane0.paid, 40);
        updateLaneAs(stranger, t, both(t, lane(t, 1, 5, 30)));
        assertEq(stateOf(id).lane1.paid, 30);
    }

    function test_refusesWrongSignatures() public {
        startCloseAs(signerB, t, noVoucher());
        SignedLane memory v = both(t, lane(t, 0, 5, 40));
        v.payerSignature = v.receiverSignature;
        refuses(abi.encodeWithSelector(BadSignature.selector, digestOf(v), signerA));
        vm.prank(signerB);
        sluice.updateLane(t, v);
        v = lane(t, 0, 5, 40);
        v.receiverSignature = v.payerSignature;
        refuses(abi.encodeWithSelector(BadSignature.selector, digestOf(v), signerB));
        vm.prank(stranger);
        sluice.updateLane(t, v);
        v = lane(t, 0, 5, 40);
        v.lane = 1;
        refuses(abi.encodeWithSelector(BadSignature.selector, digestOf(v), signerB));
        vm.prank(signerA);
        sluice.updateLane(t, v);
    }

    function test_everyFieldIsSigned() public {
        startCloseAs(signerB, t, noVoucher());
        for (uint256 i; i < 4; ++i) {
            SignedLane memory v = lane(t, 0, 5, 40, 1, keccak256("root"));
            if (i == 0) v.seq = 6;
            if (i == 1) v.paid = 41;
            if (i == 2) v.locked = 2;
            if (i == 3) v.locksRoot = keccak256("other");
            refuses(abi.encodeWithSelector(BadSignature.selector, digestOf(v), signerA));
            vm.prank(signerB);
            sluice.updateLane(t, v);
        }
    }

    function test_refusesLockedWithoutRoot() public {
        startCloseAs(signerB, t, noVoucher());
        SignedLane memory v = lane(t, 0, 5, 40, 1, 0);
        refuses(abi.encodeWithSelector(BadLocks.selector, 1, 0));
        vm.prank(signerB);
        sluice.updateLane(t, v);
    }

    function test_rootWithoutSumCountsAsNoLocks() public {
        startCloseAs(signerB, t, lane(t, 0, 5, 40, 0, keccak256("root")));
        assertEq(stateOf(id).lane0.locksHash, 0);
    }

    function test_onlyWhileTheWindowRuns() public {
        SignedLane memory v = lane(t, 0, 5, 40);
        refuses(abi.encodeWithSelector(NotClosing.selector, id));
        vm.prank(signerB);
        sluice.updateLane(t, v);
        startCloseAs(signerB, t, noVoucher());
        vm.warp(end);
        refuses(abi.encodeWithSelector(WindowOver.selector, id, end));
        vm.prank(signerB);
        sluice.updateLane(t, v);
        vm.warp(end - 1);
        updateLaneAs(signerB, t, v);
    }

    function test_refusesLaneAboveOne() public {
        startCloseAs(signerB, t, noVoucher());
        SignedLane memory v = lane(t, 0, 5, 40);
        v.lane = 2;
        refuses(abi.encodeWithSelector(WrongLane.selector, 2));
        vm.prank(signerB);
        sluice.updateLane(t, v);
    }

    function test_nothingOfAnotherDeploymentCounts() public {
        startCloseAs(signerB, t, noVoucher());
        address other = deployCode("Sluice.sol:Sluice");
        SignedLane memory v = lane(t, 0, 5, 40);
        bytes32 digest = digestOf(v);
        v.payerSignature = sign(keyA, Reference.laneVoucher(other, id, 0, 5, 40, 0, 0));
        refuses(abi.encodeWithSelector(BadSignature.selector, digest, signerA));
        vm.prank(signerB);
        sluice.updateLane(t, v);
    }

    // ---- both lanes in one call ----

    function two(SignedLane memory first, SignedLane memory second)
        private
        pure
        returns (SignedLane[] memory vouchers)
    {
        vouchers = new SignedLane[](2);
        (vouchers[0], vouchers[1]) = (first, second);
    }

    function test_showsBothLanesInOneCall() public {
        startCloseAs(signerA, t, noVoucher());
        SignedLane[] memory vouchers = two(lane(t, 0, 5, 40, 7, keccak256("root")), both(t, lane(t, 1, 3, 10)));
        emits();
        emit LaneUpdated(id, 5, 40 << 128 | 7, keccak256("root"));
        emits();
        emit LaneUpdated(id, 1 << 128 | 3, 10 << 128, 0);
        vm.prank(signerB);
        sluice.updateLanes(t, vouchers);
        assertEq(stateOf(id).lane0.paid, 40);
        assertEq(stateOf(id).lane1.paid, 10);
        assertEq(stateOf(id).closesAt, end);
    }

    /// @dev Whoever shows one of them first holds up the other no longer.
    function test_whatIsRefusedIsSkipped() public {
        startCloseAs(signerA, t, noVoucher());
        SignedLane memory shown = both(t, lane(t, 1, 3, 10));
        vm.prank(stranger);
        sluice.updateLane(t, shown);
        SignedLane[] memory vouchers = new SignedLane[](6);
        vouchers[0] = shown;
        vouchers[1] = lane(t, 1, 4, 10);
        vouchers[2].lane = 2;
        vouchers[3] = lane(t, 0, 1, 5);
        vouchers[3].payerSignature = sign(keyB, "another");
        vouchers[4] = lane(t, 0, 1, 5, 5, 0);
        vouchers[5] = lane(t, 0, 5, 40);
        bytes4[5] memory reasons = [
            StaleVoucher.selector, NotReceiver.selector, WrongLane.selector, BadSignature.selector, BadLocks.selector
        ];
        for (uint256 i; i < 5; ++i) {
            emits();
            emit Skipped(id, i, reasons[i]);
        }
        emits();
        emit LaneUpdated(id, 5, 40 << 128, 0);
        vm.prank(signerB);
        sluice.updateLanes(t, vouchers);
        assertEq(stateOf(id).lane0.paid, 40);
        assertEq(stateOf(id).lane1.seq, 3);
    }

    function test_bothLanesOnlyWhileTheWindowRuns() public {
        SignedLane[] memory vouchers = two(lane(t, 0, 5, 40), both(t, lane(t, 1, 3, 10)));
        refuses(abi.encodeWithSelector(NotClosing.selector, id));
        vm.prank(signerB);
        sluice.updateLanes(t, vouchers);
        startCloseAs(signerA, t, noVoucher());
        skip(WINDOW);
        refuses(abi.encodeWithSelector(WindowOver.selector, id, end));
        vm.prank(signerB);
        sluice.updateLanes(t, vouchers);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        vm.prank(signerB);
        sluice.updateLanes(t, vouchers);
    }
}
