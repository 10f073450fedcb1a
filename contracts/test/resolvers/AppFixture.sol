// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { AppTerms, IAppResolver, Stake } from "../../src/resolvers/IAppResolver.sol";
import {
    Allocation,
    AssetMetadata,
    FixedPart,
    Signature,
    SignedVariablePart,
    SingleAssetExit,
    VariablePart
} from "../../src/resolvers/IForceMoveApp.sol";
import { Fixture } from "../support/Fixture.sol";
import { GivingApp } from "./Apps.sol";

/// @notice An app resolver, two players, and their states. Player 0 put in 60, player 1 put in 40.
abstract contract AppFixture is Fixture {
    uint40 internal constant APP_DEADLINE = 1_000_000 + 10_000;
    uint48 internal constant ANSWER = 900;
    uint256 internal constant KEY0 = 0x1111;
    uint256 internal constant KEY1 = 0x2222;

    IAppResolver internal resolver;
    address internal app;
    address internal player0 = vm.addr(KEY0);
    address internal player1 = vm.addr(KEY1);

    function setUp() public virtual override {
        super.setUp();
        resolver = IAppResolver(deployCode("AppResolver.sol:AppResolver"));
        app = address(new GivingApp());
    }

    function stakes() internal view returns (Stake memory stake0, Stake memory stake1) {
        stake0 = Stake(bytes32(uint256(uint160(player0))), 60);
        stake1 = Stake(bytes32(uint256(uint160(player1))), 40);
    }

    function terms() internal view returns (AppTerms memory) {
        return termsOf(app, address(0));
    }

    function termsOf(address app_, address asset) internal view returns (AppTerms memory t) {
        t.fixedPart.participants = new address[](2);
        (t.fixedPart.participants[0], t.fixedPart.participants[1]) = (player0, player1);
        t.fixedPart.appDefinition = app_;
        t.fixedPart.challengeDuration = ANSWER;
        t.asset = asset;
        (t.stake0, t.stake1) = stakes();
        t.deadline = APP_DEADLINE;
        renew(t);
    }

    /// @dev Makes the nonce fit the terms.
    function renew(AppTerms memory t) internal view {
        t.fixedPart.channelNonce = resolver.channelNonce(t.asset, t.stake0, t.stake1, t.deadline);
    }

    // ---- states ----

    function part(AppTerms memory t, uint48 turn, uint256 has0, uint256 has1)
        internal
        pure
        returns (VariablePart memory v)
    {
        v.outcome = new SingleAssetExit[](1);
        v.outcome[0].asset = t.asset;
        v.outcome[0].allocations = new Allocation[](2);
        v.outcome[0].allocations[0] = Allocation(t.stake0.destination, has0, 0, "");
        v.outcome[0].allocations[1] = Allocation(t.stake1.destination, has1, 0, "");
        v.appData = abi.encode("turn", turn);
        v.turnNum = turn;
    }

    function stateHash(AppTerms memory t, VariablePart memory v) internal pure returns (bytes32) {
        FixedPart memory f = t.fixedPart;
        bytes32 id = keccak256(abi.encode(f.participants, f.channelNonce, f.appDefinition, f.challengeDuration));
        return keccak256(abi.encode(id, v.appData, v.outcome, v.turnNum, v.isFinal));
    }

    function personalSign(uint256 key, bytes32 hash) internal pure returns (Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, personal(hash));
        return Signature(v, r, s);
    }

    function personal(bytes32 hash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash));
    }

    function signedBy(AppTerms memory t, VariablePart memory v, uint256 key)
        internal
        pure
        returns (SignedVariablePart memory s)
    {
        s.variablePart = v;
        s.sigs = new Signature[](1);
        s.sigs[0] = personalSign(key, stateHash(t, v));
    }

    function signedByBoth(AppTerms memory t, VariablePart memory v)
        internal
        pure
        returns (SignedVariablePart memory s)
    {
        s.variablePart = v;
        s.sigs = new Signature[](2);
        s.sigs[0] = personalSign(KEY1, stateHash(t, v));
        s.sigs[1] = personalSign(KEY0, stateHash(t, v));
    }

    /// @dev The move at a turn, after which player 0 has `has0`, signed by who made it.
    function move(AppTerms memory t, uint48 turn, uint256 has0) internal pure returns (SignedVariablePart memory) {
        return signedBy(t, part(t, turn, has0, 100 - has0), turn % 2 == 0 ? KEY0 : KEY1);
    }

    function only(SignedVariablePart memory s) internal pure returns (SignedVariablePart[] memory list) {
        list = new SignedVariablePart[](1);
        list[0] = s;
    }

    function challengeSignature(AppTerms memory t, SignedVariablePart memory s, uint256 key)
        internal
        pure
        returns (Signature memory)
    {
        return personalSign(key, keccak256(abi.encode(stateHash(t, s.variablePart), "forceMove")));
    }

    // ---- calls ----

    /// @dev Both moves leave player 0 with `has0`.
    function challenge(AppTerms memory t, uint48 turn, uint256 has0) internal {
        SignedVariablePart memory s = move(t, turn, has0);
        resolver.challenge(t, only(move(t, turn - 1, has0)), s, challengeSignature(t, s, KEY0));
    }

    function checkpoint(AppTerms memory t, uint48 turn, uint256 has0) internal {
        resolver.checkpoint(t, only(move(t, turn - 1, has0)), move(t, turn, has0));
    }

    function conclude(AppTerms memory t, uint48 turn, uint256 has0) internal {
        VariablePart memory v = part(t, turn, has0, 100 - has0);
        v.isFinal = true;
        resolver.conclude(t, signedByBoth(t, v));
    }

    // ---- expectations ----

    function assertPayout(AppTerms memory t, uint8 side, bool isFinal, uint128 amount) internal view {
        (bool gotFinal, uint128 got) = resolver.payout(resolver.idOf(t), side);
        assertEq(gotFinal, isFinal, "final");
        assertEq(got, amount, "amount");
    }

    function assertState(AppTerms memory t, uint48 turn, uint64 finalAt, uint8 loser, uint128 amount) internal view {
        (uint48 gotTurn, uint64 gotFinalAt, uint8 gotLoser, uint128 gotAmount) = resolver.stateOf(resolver.idOf(t));
        assertEq(gotTurn, turn, "turn");
        assertEq(gotFinalAt, finalAt, "final at");
        assertEq(gotLoser, loser, "loser");
        assertEq(gotAmount, amount, "amount");
    }
}
